import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { GroupCommit } from '../../../../infra/local/states/store/group-commit.ts'

function open(failures: unknown[] = []) {
  const db = new DatabaseSync(':memory:')
  db.exec('CREATE TABLE kept (value TEXT)')
  const commit = new GroupCommit(db, (error) => failures.push(error))
  const write = (value: string) => {
    commit.writing()
    db.prepare('INSERT INTO kept VALUES (?)').run(value)
  }
  return { db, commit, write, isOpen: () => db.isTransaction }
}

test('what is written in one turn is one transaction, and all wait for its commit', async () => {
  const { commit, write, isOpen } = open()
  let commits = 0
  commit.join({
    after() {
      commits += 1
    },
  })
  const order: string[] = []
  const work = async (name: string) => {
    write(name)
    await commit.commit()
    order.push(`${name} ${isOpen()}`)
  }
  await Promise.all([work('a'), work('b'), work('c')])

  expect(order).toEqual(['a false', 'b false', 'c false'])
  expect(commits).toBe(1)
})

test('G7 when the disk fails nobody is told that anything is kept, then or later', async () => {
  const failures: unknown[] = []
  const { commit, write } = open(failures)
  commit.join({
    before() {
      throw new Error('EIO')
    },
  })
  write('a')

  await expect(commit.commit()).rejects.toThrow('EIO')
  await expect(commit.settled()).rejects.toThrow('EIO')
  expect(failures).toHaveLength(1)
})

test('after the last commit nothing is written', async () => {
  const { commit, write } = open()
  write('a')
  await commit.close()

  expect(() => write('b')).toThrow('closed')
})
