/** Longest text of a number: no double needs more. */
const longest = 400

/** As JSON has it, or as browsers give what was typed into a field for numbers (`.5`). */
const form = /^-?(?:(?:0|[1-9]\d*)(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/

/**
 * The number that a text says. undefined for what says none, and for one that would become another: too large, too small, or
 * a whole number beyond ±(2^53−1).
 */
export function readNumberText(text: string): number | undefined {
  if (text.length > longest || !form.test(text)) return undefined
  const number = Number(text)
  const [digits = ''] = text.split(/e/i)
  const isLost = number === 0 && /[1-9]/.test(digits)
  const isRounded = /^-?\d+$/.test(text) && !Number.isSafeInteger(number)
  return Number.isFinite(number) && !isLost && !isRounded ? number : undefined
}
