import { App, type AppProps, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { routes } from '../shared/faces/index.ts'
import { areBundled, bundleDoors, bundles } from './bundle.ts'
import { Data } from './data.ts'
import { Service } from './service.ts'
import { CannotDeploy, checkNames, choices, chooseStage, type Stage } from './stages.ts'

/** The app and its stacks. */
export interface Made {
  app: App
  data: Data
  service: Service
}

/**
 * Makes the two stacks of one stage: `cdk deploy -c stage=prod -c alarmEmail=ops@example.com`.
 *
 * @throws {CannotDeploy}
 */
export function makeApp(props: AppProps = {}, from = bundles): Made {
  const app = new App(props)
  const stage = stageOf(app)
  checkedBy(app)
  const data = new Data(app, `${stage.name}-data`, { stage })
  const service = new Service(app, `${stage.name}-service`, { stage, data, routes, bundles: from })
  return { app, data, service }
}

function stageOf(app: App): Stage {
  checkNames(Object.keys(app.node.getAllContext()))
  const said = choices.map((name) => [name, app.node.tryGetContext(name)] as const)
  // cdk says where it would deploy to; without it, that is not known.
  return chooseStage(Object.fromEntries(said), process.env.CDK_DEFAULT_REGION)
}

/** Puts an app under cdk-nag's packs: a finding that nobody has acknowledged makes its synthesis fail. */
export function checkedBy(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
}

if (import.meta.main)
  try {
    // What cannot be chosen is told before anything is done.
    stageOf(new App({ autoSynth: false }))
    // `npm run deploy` has bundled already; what else reads the app (bootstrap, destroy, diff) may come first in a fresh clone.
    if (!areBundled()) await bundleDoors()
    makeApp()
  } catch (error) {
    if (!(error instanceof CannotDeploy)) throw error
    console.error(error.message)
    process.exitCode = 1
  }
