import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { routes } from '../shared/faces/index.ts'
import { bundles } from './bundle.ts'
import { Data } from './data.ts'
import { Service } from './service.ts'
import { chooseStage } from './stages.ts'

/** The app: two stacks of one stage. `cdk deploy -c stage=prod -c alarmEmail=ops@example.com`. */
export function makeApp(app = new App()): App {
  const stage = chooseStage({
    stage: app.node.tryGetContext('stage'),
    alarmEmail: app.node.tryGetContext('alarmEmail'),
    corsOrigins: app.node.tryGetContext('corsOrigins'),
  })
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
  const data = new Data(app, `${stage.name}-data`, { stage })
  new Service(app, `${stage.name}-service`, { stage, data, routes, bundles })
  return app
}

if (import.meta.main) makeApp()
