/** What one account may do a second in the big Regions, as a steady rate: refills, not buckets (aws.md 1.2). */
export const quotas: Record<string, number> = {
  StartExecution: 300,
  SendTaskSuccess: 500,
  'state transitions': 5_000,
  DescribeExecution: 15,
  DescribeStateMachine: 20,
  CreateStateMachine: 1,
  GetExecutionHistory: 20,
  ListExecutions: 5,
  StopExecution: 200,
}

/** Units a second: of one partition, which is hard, and of a table or index on demand, which AWS raises. */
export const partitionLimit = { write: 1_000, read: 3_000 }
export const tableLimit = { write: 40_000, read: 40_000 }
