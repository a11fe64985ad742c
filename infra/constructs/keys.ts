import { RemovalPolicy, SecretValue, Stack, Validations } from 'aws-cdk-lib'
import * as kms from 'aws-cdk-lib/aws-kms'
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'

export interface KeysProps {
  /** Stage name, part of the alias and of the secrets' names. */
  readonly stage: string
  /** True: key and secrets survive their stack; without them stored secrets and sealed inputs cannot be opened. */
  readonly retain: boolean
}

/** The KMS key for secrets and task tokens, and the platform secrets: signing, sealing, and the model provider's key. */
export class Keys extends Construct {
  readonly key: kms.Key
  /** Signs access tokens, cursors and page nonces. */
  readonly signing: secretsmanager.Secret
  /** Seals passwords and sensitive inputs. */
  readonly sealing: secretsmanager.Secret
  /**
   * The key of the model provider, which the operator puts there; `unset` until then. There whether or not there is a
   * provider: it would go with the first deployment that does not name him, or, while functions read it, stop that one.
   */
  readonly model: secretsmanager.Secret

  constructor(scope: Construct, id: string, props: KeysProps) {
    super(scope, id)
    const removalPolicy = props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY
    this.key = new kms.Key(this, 'Key', {
      alias: `${props.stage}-sluice`,
      description: 'Secrets of flows and tokens of open waits',
      enableKeyRotation: true,
      removalPolicy,
    })
    const secret = (name: string, description: string) =>
      new secretsmanager.Secret(this, name, {
        description,
        encryptionKey: this.key,
        removalPolicy,
        generateSecretString: { passwordLength: 64, excludePunctuation: true },
      })
    this.signing = secret('Signing', 'Signs access tokens, cursors and page nonces')
    this.sealing = secret('Sealing', 'Seals passwords and sensitive inputs')
    for (const made of [this.signing, this.sealing])
      Validations.of(made).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason:
          'A new value ends every session or closes every sealed input of open runs: the operator decides when',
      })
    this.model = new secretsmanager.Secret(this, 'Model', {
      description: 'Key of the model provider',
      encryptionKey: this.key,
      removalPolicy,
      secretStringValue: SecretValue.unsafePlainText('unset'),
    })
    // Functions that do not read it any more read it until the other stack is deployed, after this one.
    Stack.of(this).exportValue(this.model.secretArn)
    Validations.of(this.model).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'The provider makes the key: nothing here can rotate it',
    })
  }
}
