/** A real Postgres and a real Redis for a machine that has neither: for development, tests and benchmarks. */
export { type PostgresOptions, type RunningPostgres, startPostgres } from './stores/postgres.ts'
export { type RedisOptions, type RedisResult, type RunningRedis, startRedis } from './stores/redis.ts'
