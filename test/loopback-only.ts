import dns from 'node:dns'
import net from 'node:net'

const loopback =
  /^(localhost|127(\.\d{1,3}){3}|::1|::ffff:127(\.\d{1,3}){3}|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}|0:0:0:0:0:0:0:1)$/i

/** Refuses every connection of this process that does not go to loopback, before the system call (hardening.md §3 I). */
export function guardSockets(): { assertNothingLeft(): void } {
  const refused: string[] = []
  const refuse = (target: string): Error => {
    refused.push(target)
    return new Error(`A test tried to reach ${target}; tests may reach loopback only`)
  }

  const connect = net.Socket.prototype.connect
  net.Socket.prototype.connect = function guarded(this: net.Socket, ...args: unknown[]) {
    const [first] = args.flat() as [unknown]
    const options =
      typeof first === 'object' && first !== null ? (first as { host?: string; path?: string }) : {}
    const host =
      options.host ?? (typeof first === 'number' && typeof args[1] === 'string' ? args[1] : 'localhost')
    if (options.path === undefined && !loopback.test(host)) throw refuse(host)
    return Reflect.apply(connect, this, args)
  } as typeof connect

  const lookup = dns.lookup
  dns.lookup = Object.assign(
    (name: string, ...rest: unknown[]) => {
      if (!loopback.test(name)) throw refuse(name)
      return Reflect.apply(lookup, dns, [name, ...rest])
    },
    { __promisify__: lookup.__promisify__ },
  ) as typeof lookup

  return {
    assertNothingLeft() {
      const targets = refused.splice(0)
      if (targets.length > 0) throw new Error(`Outside addresses were asked for: ${targets.join(', ')}`)
    },
  }
}
