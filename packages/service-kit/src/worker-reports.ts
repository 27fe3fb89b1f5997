import {
  WorkerReportSchema,
  workerKey,
  workersKey,
  type RedisClient,
  type WorkerReport,
} from '@primes/contracts';
import { readJson } from './read-json.ts';
import { readPublications } from './telemetry/registry-publisher.ts';

/** The last reports of all workers, in the order of their names. */
export async function readWorkerReports(redis: RedisClient, queuePrefix: string): Promise<WorkerReport[]> {
  const texts = await readPublications({ index: workersKey, key: workerKey }, redis, queuePrefix);
  return texts.map((text) => readJson(WorkerReportSchema, text)).filter((report) => report !== undefined);
}
