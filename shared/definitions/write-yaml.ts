import * as yaml from 'js-yaml'
import type { Json } from '../world.ts'

/** A value as YAML 1.2 text that `parseYaml` reads as the same value: without anchors, in block style, keys as they stand. */
export function writeYaml(value: Json): string {
  return yaml.dump(value, { noRefs: true })
}
