import { dashboard } from '../dashboard.ts';
import { lines } from '../panels.ts';

const LATENCY = { description: 'Over the last 10 seconds.', unit: 's' };
const PANELS = [
  { title: 'Workers', description: 'Replicas: requested and ready.', unit: 'short' },
  { title: 'Completed tasks', description: 'As the clients see them.', unit: 'ops' },
  { title: 'Submission, p95', ...LATENCY },
  { title: 'Submission to completion, p95', ...LATENCY },
];

/** A load test from start to end. It has only a picture: the data are Locust's, so no panel has a query. */
export const loadDashboard = dashboard(
  { uid: 'load', title: 'Load', description: 'Workers and latency during a load test.', tag: 'load' },
  PANELS.map((panel) => lines({ ...panel, width: 24, height: 7, queries: [] })),
);
