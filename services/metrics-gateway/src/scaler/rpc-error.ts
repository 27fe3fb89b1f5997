import type { status } from '@grpc/grpc-js';

/** An intended error response; gRPC sends `code` and the message. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}
