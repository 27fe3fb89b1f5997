import { status, type ServerWritableStream } from '@grpc/grpc-js';
import { RpcError } from './rpc-error.ts';

/** Maximum number of streams of one method. KEDA opens one for each ScaledObject, a kubelet none. */
const MAX_STREAMS = 100;

/** The open calls of one streaming method, each with its state. */
export class OpenStreams<Answer, State> {
  readonly #open = new Map<ServerWritableStream<unknown, Answer>, State>();

  /** @throws {RpcError} RESOURCE_EXHAUSTED if there are too many */
  add(call: ServerWritableStream<unknown, Answer>, state: State): void {
    if (this.#open.size >= MAX_STREAMS) {
      throw new RpcError(status.RESOURCE_EXHAUSTED, `At most ${MAX_STREAMS} streams may be open`);
    }
    this.#open.set(call, state);
    call.once('cancelled', () => {
      this.#open.delete(call);
      call.end();
    });
  }

  /** Calls whose clients read; nothing is written to the others, so no data accumulates. */
  *reading(): Generator<[ServerWritableStream<unknown, Answer>, State]> {
    for (const entry of this.#open) if (!entry[0].writableNeedDrain) yield entry;
  }

  states(): State[] {
    return [...this.#open.values()];
  }

  /** Ends all streams without an error, so that clients reopen them elsewhere. */
  close(): void {
    for (const call of this.#open.keys()) call.end();
    this.#open.clear();
  }
}
