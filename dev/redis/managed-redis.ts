/** Where to start Redis. */
export interface RedisLocation {
  readonly port: number;
  readonly dataDir: string;
}

/** Not 6379, so that it does not collide with a Redis that the user runs. */
export const DEFAULT_PORT = 6_390;

/** A Redis to use; disposing of it stops it if it was started here. */
export interface ManagedRedis extends AsyncDisposable {
  readonly url: string;
  /** One phrase for the user: who runs it and where its data is. */
  readonly about: string;
}
