import { WorkerReportSchema, type WorkerReport } from '@primes/contracts';
import type { Request, Response } from 'express';
import * as z from 'zod';

export const WorkersSchema = z.strictObject({ workers: z.array(WorkerReportSchema) }).meta({ id: 'Workers' });

/** GET /workers */
export function listWorkers(readReports: () => Promise<WorkerReport[]>) {
  return async function handleListWorkers(_req: Request, res: Response): Promise<void> {
    res.set('Cache-Control', 'no-store').json({ workers: await readReports() });
  };
}
