// JavaScript, so that a Node that cannot read TypeScript can still say what is wrong.
const needed = 24
const major = Number(process.versions.node.split('.')[0])
if (major < needed) {
  console.error(
    `Sluice needs Node ${needed}, this is ${process.versions.node}. Run "npm ci", which brings it, and then "npm start".`,
  )
  process.exit(1)
}
const { start } = await import('./main.ts')
start(process.env)
