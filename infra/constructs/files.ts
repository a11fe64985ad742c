import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib'
import * as s3 from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { bucketShape } from '../../shared/store/bucket.ts'

export interface FilesProps {
  /** True: the bucket and what is in it survive their stack. */
  readonly retain: boolean
}

/** The private bucket for uploaded files (`files/`) and large values of runs (`runs/`), as `bucketShape` has it. */
export class Files extends Construct {
  readonly bucket: s3.Bucket

  constructor(scope: Construct, id: string, props: FilesProps) {
    super(scope, id)
    this.bucket = new s3.Bucket(this, 'Bucket', {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      removalPolicy: props.retain ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      lifecycleRules: Object.entries(bucketShape.keptDays).map(([prefix, days]) => ({
        prefix,
        expiration: Duration.days(days),
        abortIncompleteMultipartUploadAfter: Duration.days(1),
      })),
      cors: [
        {
          allowedOrigins: [...bucketShape.cors.origins],
          allowedMethods: bucketShape.cors.methods.map((method) => s3.HttpMethods[method]),
          allowedHeaders: [...bucketShape.cors.headers],
          exposedHeaders: [...bucketShape.cors.exposed],
          maxAge: bucketShape.cors.maxAgeSeconds,
        },
      ],
    })
    Validations.of(this.bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Reached only through URLs that the functions sign and record; CloudTrail data events can be turned on by the operator',
    })
  }
}
