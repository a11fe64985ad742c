/** The release that this is; the same as in package.json. */
export const release = '0.1.0'
