import type { Route } from '../../http/route.ts'
import { autosave } from './autosave.ts'
import { clone } from './clone.ts'
import * as files from './files.ts'
import * as flowRuns from './flow-runs.ts'
import { rerun } from './rerun.ts'
import * as reports from './run-reports.ts'
import * as views from './run-views.ts'
import * as schedules from './schedules.ts'
import * as shared from './shared.ts'
import * as sharedFiles from './shared-files.ts'
import * as shares from './shares.ts'
import * as changes from './version-changes.ts'
import * as versions from './versions.ts'

/** What editors and operators ask for now and then: loaded by the first request for any of it. */
export const restRoutes: Route[] = [
  autosave,
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
  rerun,
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
  versions.list,
  versions.read,
  changes.publish,
  changes.unpublish,
  changes.latest,
  changes.rollback,
  changes.remove,
]
