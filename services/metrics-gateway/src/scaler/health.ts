import { HealthImplementation } from 'grpc-health-check';
import type { Sampler } from '../samples/sampler.ts';
import { SCALER_SERVICE } from './wire.ts';

/** Milliseconds; how late a sample that became stale may be noticed. */
const LOOK_MS = 200;
/** The names that are asked for: the server as a whole, and the service. */
const NAMES = ['', SCALER_SERVICE];

/** gRPC's health service: SERVING while the sample is fresh, since a scaler that does not know serves no one. */
export class ScalerHealth {
  readonly service: HealthImplementation;
  readonly #timer: NodeJS.Timeout;
  #serving = false;

  constructor(sampler: Sampler<unknown>) {
    this.service = new HealthImplementation(Object.fromEntries(NAMES.map((name) => [name, 'NOT_SERVING'])));
    const look = () => {
      this.#set(sampler.fresh() !== undefined);
    };
    this.#timer = setInterval(look, LOOK_MS);
    look();
  }

  /** From now on NOT_SERVING, whatever the sample is. */
  close(): void {
    clearInterval(this.#timer);
    this.#set(false);
  }

  #set(serving: boolean): void {
    // Watchers hear of changes only.
    if (serving === this.#serving) return;
    this.#serving = serving;
    for (const name of NAMES) this.service.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  }
}
