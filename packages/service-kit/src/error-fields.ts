import { pino } from 'pino';

/** The fields of an error in the log. */
interface ErrorFields {
  readonly type: string;
  /** Includes the messages of its causes. */
  readonly message: string;
  readonly stack: string;
  readonly code?: string | number;
  /** The name of the Redis command that failed. */
  readonly command?: string;
  /** The errors of an AggregateError, or of the commands of a transaction. */
  readonly errors?: readonly ErrorFields[];
}

/**
 * Only these fields of an error, because others contain secrets: ioredis attaches the arguments of the command (for AUTH
 * the password), Node the URL that it cannot parse, BullMQ whole jobs.
 */
export function errorFields(error: unknown): unknown {
  return Error.isError(error) ? fieldsOf(error, 0) : error;
}

/** Maximum nesting of logged errors. */
const MAX_DEPTH = 2;

interface Known extends Error {
  readonly code?: unknown;
  readonly command?: { readonly name?: unknown };
  readonly errors?: unknown;
  readonly previousErrors?: unknown;
}

function fieldsOf(error: Known, depth: number): ErrorFields {
  const { type, message, stack } = pino.stdSerializers.err(error);
  const { code, command } = error;
  const lists = [error.errors, error.previousErrors].flatMap((list): unknown[] =>
    Array.isArray(list) ? list : [],
  );
  const errors = lists.filter((one) => Error.isError(one));
  return {
    type,
    message: withoutSecrets(message),
    stack: withoutSecrets(stack),
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    ...(typeof command?.name === 'string' && { command: command.name }),
    ...(errors.length > 0 && depth < MAX_DEPTH && { errors: errors.map((one) => fieldsOf(one, depth + 1)) }),
  };
}

/** Removes the arguments of an unknown command, which Redis repeats, and the credentials of URLs. */
export function withoutSecrets(text: string): string {
  return text
    .replaceAll(/(, with args beginning with:).*/g, '$1 …')
    .replaceAll(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1…@');
}
