/**
 * Watches how long this process lets nobody have a turn.
 *
 * @returns what ends it, and gives the longest turn in milliseconds of its own processor time: what else the machine does is
 * not its fault.
 */
export function watchTurns(): { end(): number } {
  let longest = 0
  let last = process.cpuUsage()
  const note = () => {
    const { user, system } = process.cpuUsage(last)
    longest = Math.max(longest, (user + system) / 1000)
    last = process.cpuUsage()
  }
  const ticking = setInterval(note, 5)
  return {
    end() {
      clearInterval(ticking)
      note()
      return longest
    },
  }
}
