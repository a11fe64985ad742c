declare module 'autocannon' {
  /** The part of autocannon's programmatic interface that the benches use. */
  interface Options {
    url: string
    connections: number
    /** Seconds. */
    duration: number
    method?: string
    body?: string
    headers?: Record<string, string>
  }
  interface Result {
    requests: { average: number }
    non2xx: number
    errors: number
    timeouts: number
  }
  interface Running extends PromiseLike<Result> {
    on(
      event: 'response',
      listener: (client: unknown, status: number, bytes: number, responseMs: number) => void,
    ): void
  }
  export default function autocannon(options: Options): Running
}
