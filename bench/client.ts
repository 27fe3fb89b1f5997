import { Agent, request } from 'undici';

/** A client of the API that keeps `connections` open. */
export class Client {
  readonly #base: string;
  readonly #agent: Agent;

  constructor(base: string, { connections }: { connections: number }) {
    this.#base = base;
    this.#agent = new Agent({ connections, pipelining: 1 });
  }

  /** Submits a task and returns its id. */
  async submit(task: object): Promise<string> {
    const response = await request(`${this.#base}/tasks`, {
      dispatcher: this.#agent,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(task),
    });
    const body = (await response.body.json()) as { request_id?: string };
    if (response.statusCode !== 202 || !body.request_id)
      throw new Error(`POST returned ${response.statusCode}`);
    return body.request_id;
  }

  /** Waits with long polls until a task is done. */
  async done(id: string): Promise<void> {
    const response = await request(`${this.#base}/tasks/${id}?wait=60&limit=0`, { dispatcher: this.#agent });
    const { status } = (await response.body.json()) as { status?: string };
    if (status !== 'done') throw new Error(`Task ${id} is ${status ?? response.statusCode}`);
  }

  /** Milliseconds from submission to `done`. */
  async time(task: object): Promise<number> {
    const start = performance.now();
    await this.done(await this.submit(task));
    return performance.now() - start;
  }

  /** The same with one request, which waits. */
  async timeOfOne(task: object): Promise<number> {
    const start = performance.now();
    const response = await request(`${this.#base}/tasks`, {
      dispatcher: this.#agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', prefer: 'wait=60' },
      body: JSON.stringify(task),
    });
    const { status } = (await response.body.json()) as { status?: string };
    if (response.statusCode !== 200) throw new Error(`The task is ${status ?? response.statusCode}`);
    return performance.now() - start;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.close();
  }
}
