import { Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { Files } from './constructs/files.ts'
import { Keys } from './constructs/keys.ts'
import { Records } from './constructs/records.ts'
import type { Stage } from './stages.ts'

export interface DataProps extends StackProps {
  readonly stage: Stage
}

/** The stateful stack: what must outlive every release. */
export class Data extends Stack {
  readonly records: Records
  readonly files: Files
  readonly keys: Keys

  constructor(scope: Construct, id: string, props: DataProps) {
    super(scope, id, { ...props, terminationProtection: props.stage.protected })
    const { name: stage, protected: retain } = props.stage
    this.records = new Records(this, 'Records', { tableName: `${stage}-sluice`, retain })
    this.files = new Files(this, 'Files', { retain })
    this.keys = new Keys(this, 'Keys', { stage, retain })
  }
}
