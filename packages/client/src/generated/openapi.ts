// Generated from the api's schemas by `npm run generate`; do not edit.
export interface paths {
  '/queue': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read the state of the queue
     * @description Requires one of the roles: operate, metrics
     */
    get: operations['getQueue'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/queue/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Stop workers from taking tasks; running tasks continue, and new ones are accepted
     * @description Requires one of the roles: operate
     */
    post: operations['pauseQueue'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/queue/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Undo a pause
     * @description Requires one of the roles: operate
     */
    post: operations['resumeQueue'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/workers': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List the workers and their running tasks, as of the last 5 seconds
     * @description Requires one of the roles: operate, metrics
     */
    get: operations['listWorkers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/actions': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Retry, cancel or discard all tasks of a filter
     * @description Requires one of the roles: operate
     */
    post: operations['actOnTasks'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/failures': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Group the newest failed tasks by code and reason
     * @description Requires one of the roles: operate
     */
    get: operations['listFailures'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/{id}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Run a failed or cancelled task again, with all its attempts, its timeout and a new webhook
     * @description Requires one of the roles: operate
     */
    post: operations['retryTask'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/webhooks/dead': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List webhooks whose delivery was abandoned, newest first
     * @description Requires one of the roles: operate
     */
    get: operations['listDeadWebhooks'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/webhooks/dead/redeliver': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Deliver all dead webhooks again, or those of a receiver
     * @description Requires one of the roles: operate
     */
    post: operations['redeliverWebhooks'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/webhooks/dead/{id}/redeliver': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Deliver a dead webhook again
     * @description Requires one of the roles: operate
     */
    post: operations['redeliverWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List tasks, newest first
     * @description Requires one of the roles: read, read-all, operate
     */
    get: operations['listTasks'];
    put?: never;
    /**
     * Submit a task
     * @description Requires one of the roles: submit
     */
    post: operations['submitTask'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/batch': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Submit up to 1,000 tasks, all or none
     * @description Requires one of the roles: submit
     */
    post: operations['submitBatch'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read a task, and its result once it is done
     * @description Requires one of the roles: read, read-all, operate
     */
    get: operations['getTask'];
    put?: never;
    post?: never;
    /**
     * Cancel a task that has not ended
     * @description Requires one of the roles: submit, operate
     */
    delete: operations['cancelTask'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/{id}/webhook': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Read how far the delivery of the webhook of a task is
     * @description Requires one of the roles: read, read-all, operate
     */
    get: operations['getTaskWebhook'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tasks/{id}/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Follow a task as server-sent events until it ends
     * @description Requires one of the roles: read, read-all, operate
     */
    get: operations['followTask'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Name and version of the service; for a browser, its page */
    get: operations['root'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who the client is, and what it may do
     * @description Requires one of the roles: submit, read, read-all, operate, metrics
     */
    get: operations['me'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Health of this process */
    get: operations['health'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/livez': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Liveness */
    get: operations['livez'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Readiness and its checks */
    get: operations['readyz'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Prometheus metrics of this process */
    get: operations['metrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/openapi.json': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** This document */
    get: operations['openapi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/docs': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Swagger UI */
    get: operations['swaggerUi'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/redoc': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** ReDoc */
    get: operations['redoc'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/queues': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Queue dashboard, if credentials are configured
     * @description Requires one of the roles: operate
     */
    get: operations['adminQueues'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/metrics/health': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics: health */
    get: operations['metrics_health'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/metrics/cache-stats': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics: cache stats */
    get: operations['metrics_cache_stats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/metrics/task-stats': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics: task stats */
    get: operations['metrics_task_stats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/metrics/redis-stats': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics: redis stats */
    get: operations['metrics_redis_stats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/metrics/performance': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics: performance */
    get: operations['metrics_performance'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/metrics/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics: history */
    get: operations['metrics_history'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/metrics/summary': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics: summary */
    get: operations['metrics_summary'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/metrics/all': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Metrics: all */
    get: operations['metrics_all'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List changes that were no submissions, newest first
     * @description Requires one of the roles: operate
     */
    get: operations['listChanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export interface webhooks {
  taskEnded: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * A task has ended
     * @description Sent to `callback_url` once a task is done, failed or cancelled; at least once, and not in order. Verify the signature over the raw body (https://www.standardwebhooks.com).
     */
    post: operations['taskEnded'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export interface components {
  schemas: {
    TaskAction: {
      /**
       * @description `discard` removes ended tasks as if they had expired
       * @enum {string}
       */
      action: 'retry' | 'cancel' | 'discard';
      filter: {
        /** @description Only tasks that show this value */
        n?: number;
        /** @description Only tasks that show this value */
        fresh?: boolean;
        /** @description Only tasks with this status */
        status: components['schemas']['TaskStatus'];
        /**
         * @description Only tasks that failed with this code
         * @enum {string}
         */
        error_code?: 'timeout' | 'invalid' | 'crashed' | 'expired';
        /**
         * Format: date-time
         * @description Only tasks that were submitted then or later
         */
        created_after?: string;
        /**
         * Format: date-time
         * @description Only tasks that were submitted earlier
         */
        created_before?: string;
        /**
         * Format: uuid
         * @description Only tasks of this batch
         */
        batch?: string;
        /** @description Only tasks of this principal; needs the role `read-all` or `operate` */
        principal?: string;
      };
      /**
       * @description Only count the tasks
       * @default false
       */
      dry_run?: boolean;
    };
    /** @enum {string} */
    TaskStatus: 'pending' | 'processing' | 'done' | 'failed' | 'cancelled';
    Redeliver: {
      /** @description Only webhooks of this `receiver`; default: all */
      receiver?: string;
    };
    SubmitTask: {
      /**
       * @description Number of primes, starting with 2
       * @example 100
       */
      n: number;
      /**
       * @description Recompute all segments, even stored ones
       * @default false
       */
      fresh?: boolean;
      /**
       * @description Counted from the first start, including retries and hand-overs
       * @default 600
       */
      timeout_seconds?: number;
      /**
       * @description 0 runs first, in order of arrival; then 1, 2, …
       * @default 0
       */
      priority?: number;
      /**
       * Format: date-time
       * @description When the task may start, from 1970 to 30 days ahead; in the past: at once, and shown as sent
       */
      run_at?: string;
      /** @description Fails with `expired` if not started so long after its submission or `run_at` */
      queue_timeout_seconds?: number;
      /**
       * Format: uri
       * @description Receives a POST when the task has ended, signed with Standard Webhooks
       */
      callback_url?: string;
    };
    TaskSummary: {
      n: number;
      fresh: boolean;
      /**
       * @description null if the task is not done
       * @default null
       */
      counts?: {
        /** @description Segments that were sieved for the task */
        segments_computed: number;
        /** @description Segments that were already stored */
        segments_cached: number;
      } | null;
      /** Format: uuid */
      request_id: string;
      /**
       * @description The batch that submitted the task
       * @default null
       */
      batch_id?: string | null;
      status: components['schemas']['TaskStatus'];
      priority: number;
      timeout_seconds: number;
      /** @default null */
      run_at?: string | null;
      /** @default null */
      queue_timeout_seconds?: number | null;
      /** @description Progress in percent */
      progress: number;
      error: components['schemas']['TaskError'] | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      /** @description W3C traceparent of the submitting request */
      traceparent: string;
      /** @description Who submitted the task, or null for nobody; only for readers with the role `read-all` or `operate` */
      principal?: string | null;
    };
    TaskError: {
      /** @enum {string} */
      code: 'timeout' | 'invalid' | 'crashed' | 'expired';
      message: string;
    };
    QueueState: {
      name: string;
      /** @description Workers take no further task; running tasks continue */
      paused: boolean;
      /** @description Principal; null if authentication is off, or the queue was paused by another program */
      paused_by: string | null;
      paused_since: string | null;
      counts: {
        /** @description Waiting, including recomputations for readers */
        pending: number;
        /** @description Running */
        processing: number;
        /** @description Kept done tasks */
        done: number;
        /** @description Kept failed and cancelled tasks */
        failed: number;
      };
      /** @description Processes that take tasks */
      workers: number;
    };
    Problem: {
      /** @description A URN that ends with the code of the problem, such as `invalid` */
      type: string;
      title: string;
      status: number;
      detail: string;
      request_id: string;
      trace_id: string;
      /** @description One entry per invalid field */
      errors?: {
        field: string;
        detail: string;
      }[];
      /** @description The same as `task_id`, of a batch */
      batch_id?: string;
      /** @description The task of the Idempotency-Key, or the id of a submission whose outcome is unknown */
      task_id?: string;
    };
    Workers: {
      workers: components['schemas']['Worker'][];
    };
    Worker: {
      /** @description Service, host and process id */
      instance: string;
      version: string;
      /**
       * Format: date-time
       * @description Start of the process
       */
      since: string;
      /** @description Tasks that it runs at once */
      concurrency: number;
      running: {
        /** @description With `repair-`: a recomputation for a reader */
        request_id: string;
        /** @description Since the first start of work, including earlier runs */
        age_seconds: number;
        /** @description Progress in percent */
        progress: number;
      }[];
      /** @description Since Redis last responded to a fetch; grows while all slots are busy */
      last_fetch_age_seconds: number;
      /** @description Resident memory */
      memory_bytes: number;
    };
    TaskActionResult: {
      /**
       * @description `discard` removes ended tasks as if they had expired
       * @enum {string}
       */
      action: 'retry' | 'cancel' | 'discard';
      dry_run: boolean;
      /** @description Tasks that the filter selects */
      matched: number;
      /** @description Those that the action has changed; others changed at the same time, or this is a dry run */
      changed: number;
      /** @description Tasks that were read, the newest first */
      scanned: number;
      /** @description There are more: repeat the call */
      truncated: boolean;
      /** @description There was no room in the queue to retry more tasks: repeat the call when fewer wait */
      queue_full: boolean;
    };
    Failures: {
      /** @description The most frequent first */
      failures: {
        /** @enum {string} */
        code: 'timeout' | 'invalid' | 'crashed' | 'expired';
        /** @description With `…` for ids and numbers */
        reason: string;
        count: number;
        /**
         * Format: date-time
         * @description End of the first of these tasks
         */
        first: string;
        /** Format: date-time */
        last: string;
        /** @description `request_id` of the last one */
        example: string;
      }[];
      /** @description Failed and cancelled tasks that were read, the newest first */
      scanned: number;
      /** @description There are more, which were not read */
      truncated: boolean;
    };
    DeadWebhooks: {
      webhooks: components['schemas']['DeadWebhook'][];
      /** @description Of all pages */
      total: number;
      /** @description null on the last page */
      next_cursor: string | null;
    };
    DeadWebhook: {
      webhook_id: string;
      task_id: string | null;
      /** @description Origin of the `callback_url`, the rest of which may be secret; null if it is not known any more */
      receiver: string | null;
      /** @description Deliveries since the submission or the last redelivery */
      attempts: number;
      last_error: string;
      /**
       * Format: date-time
       * @description When the last attempt failed
       */
      since: string;
    };
    Redelivered: {
      /** @description Number of webhooks */
      redelivered: number;
    };
    Task: {
      /** Format: uuid */
      request_id: string;
      /**
       * @description The batch that submitted the task
       * @default null
       */
      batch_id: string | null;
      status: components['schemas']['TaskStatus'];
      priority: number;
      timeout_seconds: number;
      /** @default null */
      run_at: string | null;
      /** @default null */
      queue_timeout_seconds: number | null;
      /** @description Progress in percent */
      progress: number;
      error: components['schemas']['TaskError'] | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      /** @description W3C traceparent of the submitting request */
      traceparent: string;
      /** @description Who submitted the task, or null for nobody; only for readers with the role `read-all` or `operate` */
      principal?: string | null;
      n: number;
      fresh: boolean;
      /**
       * @description null if the task is not done
       * @default null
       */
      counts: {
        /** @description Segments that were sieved for the task */
        segments_computed: number;
        /** @description Segments that were already stored */
        segments_cached: number;
      } | null;
      /** @description The result, or the requested page of it, if `status` is done */
      result: number[] | null;
    };
    TaskList: {
      tasks: components['schemas']['TaskSummaryOutput'][];
      /** @description null on the last page */
      next_cursor: string | null;
      /** @description The page is not full because it has read as many tasks as it may; `next_cursor` continues */
      truncated: boolean;
      /** @description Tasks that were read to find those of the page, at most about 5,000 */
      scanned: number;
      /** @description With `batch`, its tasks by status, without those that have expired */
      counts: {
        pending: number;
        processing: number;
        done: number;
        failed: number;
        cancelled: number;
      } | null;
    };
    Batch: {
      /** Format: uuid */
      batch_id: string;
      total: number;
      /** @description The tasks, in the order of the request */
      request_ids: string[];
    };
    /** @description null if there is no webhook, or if its record has expired */
    TaskWebhook: {
      webhook_id: string;
      /**
       * @description `waiting`: the task has not ended. `delivering`: it is being delivered, or waits for its next attempt. `dead`: given up
       * @enum {string}
       */
      state: 'waiting' | 'delivering' | 'delivered' | 'dead';
      /** @description Deliveries since the submission or the last redelivery */
      attempts: number;
      /** @description Why the last attempt failed */
      last_error: string | null;
      /** @description When it was delivered or given up */
      since: string | null;
    } | null;
    Me: {
      /** @description null if authentication is off */
      principal: string | null;
      /** @description All if authentication is off */
      roles: ('submit' | 'read' | 'read-all' | 'operate' | 'metrics')[];
      /** @description Address of a trace, with `{trace_id}` in its place; null if there is none */
      trace_url_template: string | null;
    };
    MetricsHealth: {
      /** @enum {string} */
      status: 'healthy' | 'unhealthy';
      /** @enum {string} */
      redis: 'up' | 'down' | 'disabled';
      /** @enum {string} */
      prometheus: 'up' | 'down' | 'disabled';
    };
    /** @description Since installation */
    CacheStats: {
      hits: number;
      misses: number;
      hit_rate_percent: number;
      miss_rate_percent: number;
      sample_age_seconds: number;
    };
    TaskStats: {
      /** @description Now, including recomputations for readers */
      pending: number;
      /** @description Now */
      processing: number;
      /** @description Since installation */
      done: number;
      failed: number;
      cancelled: number;
      /** @description Submitted since installation: the exact sum of the others */
      total: number;
      sample_age_seconds: number;
    };
    RedisStats: {
      connected: boolean;
      version: string;
      uptime_seconds: number;
      used_memory_bytes: number;
      used_memory_peak_bytes: number;
      /** @description 0 means no limit */
      max_memory_bytes: number;
      connected_clients: number;
      commands_processed: number;
      commands_per_second: number;
      keys: number;
      sample_age_seconds: number;
    };
    /** @description The Prometheus registries of all processes, aggregated */
    Performance: {
      /** @description Number of processes that have published a registry recently */
      processes: number;
      metrics: {
        name: string;
        help: string;
        /** @enum {string} */
        type: 'counter' | 'gauge' | 'histogram' | 'summary';
        values: {
          name: string;
          labels: {
            [key: string]: string | number;
          };
          /** @description null for NaN or infinity */
          value: number | null;
        }[];
      }[];
      sample_age_seconds: number;
    };
    MetricsHistory: {
      /** @description Between two points; more after an outage */
      interval_seconds: number;
      /** @description From the oldest to the newest */
      points: {
        /** Format: date-time */
        time: string;
        /** @description Waiting tasks */
        depth: number;
        demand: number;
        /** @description Running tasks */
        in_flight: number;
        workers: number;
        /** @description Tasks submitted since the point before */
        started: number;
        /** @description Tasks that ended since the point before, with any outcome */
        ended: number;
        /** @description Tasks that failed since the point before */
        failed: number;
      }[];
      sample_age_seconds: number;
    };
    MetricsSummary: {
      /** @description The largest n whose primes are all stored */
      largest_n: number;
      cached_primes: number;
      cached_segments: number;
      active_tasks: number;
      /** @description Waiting, prioritized and delayed */
      queued_tasks: number;
      /** @description Tasks that workers could run now: due and not paused */
      demand: number;
      /** @description The scaling metric: demand plus active tasks */
      demand_and_in_flight: number;
      paused: boolean;
      oldest_waiting_seconds: number;
      sample_age_seconds: number;
    };
    AllMetrics: {
      health: components['schemas']['MetricsHealth'];
      summary: components['schemas']['MetricsSummary'];
      cache_stats: components['schemas']['CacheStats'];
      task_stats: components['schemas']['TaskStats'];
      redis_stats: components['schemas']['RedisStats'];
      performance: components['schemas']['Performance'];
    };
    AuditPage: {
      records: components['schemas']['AuditRecord'][];
      /** @description null on the last page */
      next_cursor: string | null;
    };
    AuditRecord: {
      /** Format: date-time */
      time: string;
      principal: string;
      method: string;
      path: string;
      /** @description Number of changed objects */
      changed: number;
      /** @description Status of the response; null if the client disconnected before it */
      status: number | null;
      request_id: string;
    };
    TaskSummaryOutput: {
      n: number;
      fresh: boolean;
      /**
       * @description null if the task is not done
       * @default null
       */
      counts: {
        /** @description Segments that were sieved for the task */
        segments_computed: number;
        /** @description Segments that were already stored */
        segments_cached: number;
      } | null;
      /** Format: uuid */
      request_id: string;
      /**
       * @description The batch that submitted the task
       * @default null
       */
      batch_id: string | null;
      status: components['schemas']['TaskStatus'];
      priority: number;
      timeout_seconds: number;
      /** @default null */
      run_at: string | null;
      /** @default null */
      queue_timeout_seconds: number | null;
      /** @description Progress in percent */
      progress: number;
      error: components['schemas']['TaskError'] | null;
      /**
       * Format: date-time
       * @description RFC 3339, UTC
       */
      created_at: string;
      started_at: string | null;
      finished_at: string | null;
      /** @description W3C traceparent of the submitting request */
      traceparent: string;
      /** @description Who submitted the task, or null for nobody; only for readers with the role `read-all` or `operate` */
      principal?: string | null;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  getQueue: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The queue after the call */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QueueState'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  pauseQueue: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The queue after the call */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QueueState'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  resumeQueue: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The queue after the call */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QueueState'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listWorkers: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The workers that have reported in the last 15 seconds */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Workers'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  actOnTasks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['TaskAction'];
      };
    };
    responses: {
      /** @description What was done */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskActionResult'];
        };
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Content too large */
      413: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Unsupported media type */
      415: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listFailures: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The groups */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Failures'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  retryTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description `request_id` of the task */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task, which waits for a worker */
      202: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskSummaryOutput'];
        };
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Task has not failed */
      409: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Queue is full; or: Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listDeadWebhooks: {
    parameters: {
      query?: {
        /** @description Webhooks per page; default 20 */
        limit?: number;
        /** @description `next_cursor` of the previous page */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of dead webhooks */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeadWebhooks'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  redeliverWebhooks: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['Redeliver'];
      };
    };
    responses: {
      /** @description They are delivered under their ids, with all attempts */
      202: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Redelivered'];
        };
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Content too large */
      413: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Unsupported media type */
      415: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  redeliverWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description Its `webhook_id` */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description It is delivered under its id, with all attempts */
      202: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Redelivered'];
        };
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listTasks: {
    parameters: {
      query?: {
        /** @description Only tasks that show this value */
        n?: number;
        /** @description Only tasks that show this value */
        fresh?: boolean;
        /** @description Only tasks with this status */
        status?: components['schemas']['TaskStatus'];
        /** @description Only tasks that failed with this code */
        error_code?: 'timeout' | 'invalid' | 'crashed' | 'expired';
        /** @description Only tasks that were submitted then or later */
        created_after?: string;
        /** @description Only tasks that were submitted earlier */
        created_before?: string;
        /** @description Only tasks of this batch, in its order; adds `counts` */
        batch?: string;
        /** @description Only tasks of this principal; needs the role `read-all` or `operate` */
        principal?: string;
        /** @description Tasks per page; default 20 */
        limit?: number;
        /** @description `next_cursor` of the previous page, which had the same filter */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of tasks */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskList'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  submitTask: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body returns the same tasks, with a different body 409. Without a key, a retry after 503 may create the tasks a second time */
        'Idempotency-Key'?: string;
        /** @description RFC 7240: `wait=N` waits up to N seconds for the end of the task, at most 55 */
        Prefer?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "n": 100
         *     }
         */
        'application/json': components['schemas']['SubmitTask'];
      };
    };
    responses: {
      /** @description With `Prefer: wait`, the task that has ended, as GET returns it; or the task that was created earlier with this Idempotency-Key */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Path of the task or the tasks */
          Location?: string;
          /** @description `wait=N`, if the task has ended in time */
          'Preference-Applied'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Task'] | components['schemas']['TaskSummaryOutput'];
          'text/plain': string;
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description Accepted and stored in Redis */
      202: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Path of the task or the tasks */
          Location?: string;
          /** @description Seconds until the first poll */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskSummaryOutput'];
        };
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Idempotency-Key used with a different body */
      409: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Content too large */
      413: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Unsupported media type */
      415: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Queue is full; or: Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  submitBatch: {
    parameters: {
      query?: never;
      header?: {
        /** @description The same key with the same body returns the same tasks, with a different body 409. Without a key, a retry after 503 may create the tasks a second time */
        'Idempotency-Key'?: string;
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'application/json': components['schemas']['SubmitTask'][];
        'application/x-ndjson': string;
      };
    };
    responses: {
      /** @description The batch that was created earlier with this Idempotency-Key */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Path of the task or the tasks */
          Location?: string;
          /** @description Seconds until the first poll */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Batch'];
        };
      };
      /** @description All tasks are accepted and stored in Redis */
      202: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Path of the task or the tasks */
          Location?: string;
          /** @description Seconds until the first poll */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Batch'];
        };
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Idempotency-Key used with a different body */
      409: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Content too large */
      413: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Unsupported media type */
      415: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Queue is full; or: Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getTask: {
    parameters: {
      query?: {
        /** @description Seconds to wait for the task to end; effectively at most 55 */
        wait?: number;
        /** @description Number of items of the result to skip */
        offset?: number;
        /** @description Maximum number of items of the result; 0 returns only the status */
        limit?: number;
      };
      header?: never;
      path: {
        /** @description `request_id` of the task */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The task, or only its result in the other media types */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Task'];
          'text/plain': string;
          'text/csv': string;
          'application/x-ndjson': string;
        };
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not acceptable */
      406: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Task has no result to stream */
      409: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description HTTP/1.1 required */
      426: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Result is being recomputed; or: Too many open streams; or: Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  cancelTask: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description `request_id` of the task */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description `cancelled`, or still `processing` until its worker stops it */
      202: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskSummaryOutput'];
        };
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Task has already ended */
      409: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  getTaskWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        /** @description `request_id` of the task */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The webhook, or null */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskWebhook'];
        };
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  followTask: {
    parameters: {
      query?: never;
      header?: {
        /** @description The id of the last event that the client received */
        'Last-Event-ID'?: string;
      };
      path: {
        /** @description `request_id` of the task */
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Events named `task` whose data is the task. With `Accept: text/event-stream`, `retry` instead of a 503 */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'text/event-stream': string;
        };
      };
      /** @description The task has ended, and Last-Event-ID shows that the client has received the last event */
      204: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Malformed request */
      400: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Too many open streams; or: Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  root: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Name, version, documentation */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            message: string;
            version: string;
            docs: string;
          };
          'text/html': string;
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  me: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Principal and roles */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Me'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  health: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The process responds */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            status: string;
          };
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  livez: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Alive */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            status: string;
          };
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description A loop is stalled although Redis is available; the process must be restarted */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @constant */
            status: 'stalled';
            loops: {
              [key: string]: number;
            };
          };
        };
      };
    };
  };
  readyz: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Ready for traffic */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @enum {string} */
            status: 'ready' | 'not ready';
            checks: {
              [key: string]: 'ok' | 'failing';
            };
          };
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not ready for traffic */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            /** @enum {string} */
            status: 'ready' | 'not ready';
            checks: {
              [key: string]: 'ok' | 'failing';
            };
          };
        };
      };
    };
  };
  metrics: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Text exposition format */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'text/plain': string;
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  openapi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OpenAPI 3.1 */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            [key: string]: unknown;
          };
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  swaggerUi: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'text/html': string;
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  redoc: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'text/html': string;
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  adminQueues: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'text/html': string;
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not found */
      404: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics_health: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The latest sample, with its age */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MetricsHealth'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis, Prometheus or the metrics gateway is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MetricsHealth'];
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics_cache_stats: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The latest sample, with its age */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CacheStats'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Sample is stale; or: Metrics gateway is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics_task_stats: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The latest sample, with its age */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TaskStats'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Sample is stale; or: Metrics gateway is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics_redis_stats: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The latest sample, with its age */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['RedisStats'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Sample is stale; or: Metrics gateway is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics_performance: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The latest sample, with its age */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['Performance'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Sample is stale; or: Metrics gateway is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics_history: {
    parameters: {
      query?: {
        /** @description How far back; default 30 */
        minutes?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The latest sample, with its age */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MetricsHistory'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Sample is stale; or: Metrics gateway is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics_summary: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The latest sample, with its age */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MetricsSummary'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Sample is stale; or: Metrics gateway is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  metrics_all: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description The latest sample, with its age */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AllMetrics'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Sample is stale; or: Metrics gateway is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  listChanges: {
    parameters: {
      query?: {
        /** @description Records per page; default 20 */
        limit?: number;
        /** @description `next_cursor` of the previous page */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description A page of changes */
      200: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AuditPage'];
        };
      };
      /** @description Authentication required */
      401: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Not allowed */
      403: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description RFC 6750: what is missing or wrong */
          'WWW-Authenticate'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Validation failed */
      422: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
      /** @description Redis is unavailable */
      503: {
        headers: {
          /** @description The request id of the client, or a new UUID */
          'X-Request-Id'?: string;
          /** @description W3C Trace Context of this request */
          traceparent?: string;
          /** @description Seconds */
          'Retry-After'?: string;
          [name: string]: unknown;
        };
        content: {
          'application/problem+json': components['schemas']['Problem'];
        };
      };
    };
  };
  taskEnded: {
    parameters: {
      query?: never;
      header: {
        /** @description The same for each attempt to deliver this webhook: receivers can skip duplicates */
        'webhook-id': string;
        /** @description Seconds since the epoch, of this attempt: receivers should reject old ones */
        'webhook-timestamp': string;
        /** @description Standard Webhooks: `v1,` and the base64 of HMAC-SHA256(secret, `id.timestamp.body`). While the secret is being replaced there are two, separated by a space; one valid signature is enough */
        'webhook-signature': string;
        /** @description W3C Trace Context of this attempt */
        traceparent: string;
      };
      path?: never;
      cookie?: never;
    };
    /** @description The task without its result */
    requestBody: {
      content: {
        'application/json': components['schemas']['TaskSummary'];
      };
    };
    responses: {
      /** @description Not delivered and not sent again */
      410: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Delivered. The body is ignored */
      '2XX': {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Any other status, a redirect, or none in time: sent again, 8 times in all over about an hour. A Retry-After of up to an hour is honoured */
      default: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
}
