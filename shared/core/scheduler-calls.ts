import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler'
import type { ScheduleRow } from '../store/schedules.ts'
import type { World } from '../world.ts'
import { forgetNamed, isNamed, placeOf, schedulerNames } from './forget-schedule.ts'
import { firesOf, timetablesOf } from './schedule-view.ts'

const retries = { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 3 }

/** Makes Scheduler hold what the row says. May be done again at any time. */
export async function tellScheduler(world: World, row: ScheduleRow): Promise<void> {
  const tables = firesOf(row, world.clock.now(), 1).length === 0 ? [] : timetablesOf(row)
  for (const [at, name] of schedulerNames(row).entries()) {
    const table = tables[at]
    if (table === undefined) await forgetNamed(world, name)
    else await put(world, inputOf(world, row, name, table.expression))
  }
}

function inputOf(
  { settings }: World,
  row: ScheduleRow,
  Name: string,
  ScheduleExpression: string,
): CreateScheduleCommandInput {
  const { group, functionArn, roleArn, deadLetterArn } = placeOf(settings)
  const { orgId: org, flowId: flow, name: schedule, rev } = row
  return {
    Name,
    GroupName: group,
    ScheduleExpression,
    ScheduleExpressionTimezone: row.timezone,
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: ScheduleExpression.startsWith('at(') ? 'DELETE' : 'NONE',
    ...(row.startAt === null ? {} : { StartDate: new Date(row.startAt) }),
    ...(row.endAt === null ? {} : { EndDate: new Date(row.endAt) }),
    Target: {
      Arn: functionArn,
      RoleArn: roleArn,
      Input: JSON.stringify({ org, flow, schedule, rev, at: '<aws.scheduler.scheduled-time>' }),
      RetryPolicy: retries,
      ...(deadLetterArn === undefined ? {} : { DeadLetterConfig: { Arn: deadLetterArn } }),
    },
  }
}

async function put({ scheduler }: World, input: CreateScheduleCommandInput): Promise<void> {
  try {
    await scheduler.send(new UpdateScheduleCommand(input))
  } catch (error) {
    if (!isNamed(error, 'ResourceNotFoundException')) throw error
    try {
      await scheduler.send(new CreateScheduleCommand(input))
    } catch (caught) {
      // Somebody else was quicker: what he has written is replaced.
      if (!isNamed(caught, 'ConflictException')) throw caught
      await scheduler.send(new UpdateScheduleCommand(input))
    }
  }
}
