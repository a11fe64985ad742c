import type { Route } from '../../http/route.ts'
import { autosave } from './autosave.ts'
import { clone } from './clone.ts'
import { enhance, enhanceFlow } from './enhance.ts'
import { exportRoute } from './export.ts'
import * as files from './files.ts'
import { flowLogs } from './flow-logs.ts'
import * as flowRuns from './flow-runs.ts'
import { importRoute } from './import.ts'
import { preferences } from './preferences.ts'
import { publish } from './publish.ts'
import { rerun } from './rerun.ts'
import * as reports from './run-reports.ts'
import * as views from './run-views.ts'
import * as schedules from './schedules.ts'
import * as shared from './shared.ts'
import * as sharedFiles from './shared-files.ts'
import * as shares from './shares.ts'
import { stepFieldItems } from './step-field-items.ts'
import * as changes from './version-changes.ts'
import * as versions from './versions.ts'
import * as webhooks from './webhooks.ts'

/** What editors and operators ask for now and then: loaded by the first request for any of it. */
export const restRoutes: Route[] = [
  autosave,
  flowLogs,
  preferences,
  stepFieldItems,
  flowRuns.list,
  flowRuns.light,
  views.minimal,
  views.details,
  views.steps,
  views.inputs,
  views.outputs,
  views.errorDetails,
  reports.summary,
  reports.detailed,
  reports.context,
  reports.creditDetails,
  reports.overview,
  clone,
  publish,
  enhance,
  enhanceFlow,
  rerun,
  exportRoute,
  importRoute,
  files.upload,
  files.read,
  schedules.read,
  schedules.set,
  schedules.cancel,
  shares.create,
  shares.list,
  shares.change,
  shares.remove,
  shared.read,
  shared.execute,
  sharedFiles.upload,
  webhooks.list,
  versions.list,
  versions.read,
  changes.publish,
  changes.unpublish,
  changes.latest,
  changes.rollback,
  changes.remove,
]
