import type { ChildProcess } from 'node:child_process'
import type pg from 'pg'
import type { Follower } from './follower.ts'

/** What is measured together: the instances that follow, the process that revokes, and the database between them. */
export type Setting = { followers: readonly Follower[]; writer: ChildProcess; database: pg.Client }
