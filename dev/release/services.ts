/** The services, each with an image of its own. */
export const SERVICES = ['api', 'worker', 'metrics-gateway'] as const;
export type Service = (typeof SERVICES)[number];
