/** Where a Redis is to be started. */
export interface RedisPlace {
  readonly port: number;
  readonly dataDir: string;
}

/** Not 6379: a Redis that the user runs there is neither used nor in the way. */
export const DEFAULT_PORT = 6_390;

/** A Redis to work with; disposing of it stops it if it was started here. */
export interface BroughtRedis extends AsyncDisposable {
  readonly url: string;
  /** One phrase for the user: whose it is and where its data is. */
  readonly about: string;
}
