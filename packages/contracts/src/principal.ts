/**
 * What a principal may do. `read`: its own tasks; `read-all`: everybody's; `operate`: read and change everybody's, and the
 * queue; `metrics`: the metrics, if they are protected.
 */
export const ROLES = ['submit', 'read', 'read-all', 'operate', 'metrics'] as const;
export type Role = (typeof ROLES)[number];

/** An authenticated client. */
export interface Principal {
  readonly name: string;
  readonly roles: readonly Role[];
}
