import type { Problem } from './types.ts';

/** A response that is not a success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  /** The last part of the problem's type, such as `not_found`; empty if the body is no problem document. */
  readonly code: string;
  /** The problem document; undefined if the response has none, as that of a proxy. */
  readonly problem: Problem | undefined;

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body : undefined;
    super(problem?.detail ?? `${response.url} returned ${response.status}`);
    this.status = response.status;
    this.problem = problem;
    this.code = problem?.type.split(':').at(-1) ?? '';
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'type' in body && 'detail' in body;
}
