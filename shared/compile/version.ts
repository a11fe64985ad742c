/**
 * Part of every machine's hash: raise it whenever the same graph compiles to other bytes, so that a new machine is made
 * beside the old one, which open runs still need.
 */
export const compilerVersion = '2'
