import type { Principal, Role, StoredTask } from '@primes/contracts';

type Owned = Pick<StoredTask, 'principal'>;

/** Whether the principal may see the task. Here and below, undefined means that authentication is off. */
export function mayRead(principal: Principal | undefined, task: Owned): boolean {
  return readsAll(principal) || principal?.name === task.principal;
}

/** Whether the principal may see the tasks of all others. */
export function readsAll(principal: Principal | undefined): boolean {
  return principal === undefined || hasOneOf(principal, ['read-all', 'operate']);
}

/** Whether the principal may change the task. */
export function mayChange(principal: Principal | undefined, task: Owned): boolean {
  return principal === undefined || principal.name === task.principal || hasOneOf(principal, ['operate']);
}

/** Whether the principal has one of the roles. */
export function hasOneOf({ roles }: Principal, wanted: readonly Role[]): boolean {
  return roles.some((role) => wanted.includes(role));
}
