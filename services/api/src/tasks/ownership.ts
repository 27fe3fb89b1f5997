import type { Principal, Role, StoredTask, TaskSummary } from '@primes/contracts';
import type { Task } from './task-view.ts';

type Owned = Pick<StoredTask, 'principal'>;

/** The roles of which one is needed to read a task, one's own included. */
export const READERS: readonly Role[] = ['read', 'read-all', 'operate'];

/** Whether the principal may see the task. Here and below, undefined means that authentication is off. */
export function mayRead(principal: Principal | undefined, task: Owned): boolean {
  return readsAll(principal) || principal?.name === task.principal;
}

/** Whether the principal may see the tasks of all others. */
export function readsAll(principal: Principal | undefined): boolean {
  return principal === undefined || hasOneOf(principal, ['read-all', 'operate']);
}

/** The task as the principal sees it; undefined if it may not. */
export function seenBy(principal: Principal | undefined, task: Task | undefined): Task | undefined {
  return task && mayRead(principal, task.stored)
    ? { ...task, summary: summaryFor(principal, task) }
    : undefined;
}

/** Only those who may see the tasks of others are told whose each one is. */
export function summaryFor(principal: Principal | undefined, { summary, stored }: Task): TaskSummary {
  return principal !== undefined && readsAll(principal)
    ? { ...summary, principal: stored.principal ?? null }
    : summary;
}

/** Whether the principal may change the task. */
export function mayChange(principal: Principal | undefined, task: Owned): boolean {
  return principal === undefined || principal.name === task.principal || hasOneOf(principal, ['operate']);
}

/** Whether the principal has one of the roles. */
export function hasOneOf({ roles }: Principal, wanted: readonly Role[]): boolean {
  return roles.some((role) => wanted.includes(role));
}
