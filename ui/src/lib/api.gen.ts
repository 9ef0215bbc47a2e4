/**
 * The types of the API, in the form openapi-typescript gives.
 * Written from the contract until the OpenAPI document of the server takes its place; do not edit.
 */

export interface components {
  schemas: {
    Standing: "fresh"|"present"|"stale"|"failed"|"running"|"waiting"|"missing"|"missing-upstream";
    Role: "viewer"|"operator"|"editor"|"admin";
    SlaState: "met"|"on_track"|"late"|"missed";
    Problem: {
      error: {
          code: string;
          message: string;
          hint?: string;
          details?: unknown;
          request: string;
      };
    };
    SignInMethods: {
      needs_setup: boolean;
      password: boolean;
      oidc?: {
          name: string;
      } | null;
    };
    Session: {
      user: components["schemas"]["UserBrief"];
      role: components["schemas"]["Role"];
      may: string[];
      scope: components["schemas"]["Scope"];
      expires_at: string;
      idle_seconds: number;
      environment: string;
      version: string;
    };
    UserBrief: {
      id: number;
      login: string;
      name: string;
    };
    Scope: {
      all: boolean;
      prefixes: string[];
      tags: string[];
    };
    User: {
      id: number;
      login: string;
      name: string;
      role: components["schemas"]["Role"];
      scope: components["schemas"]["Scope"];
      disabled: boolean;
      via: "password"|"oidc";
      created_at: string;
      last_seen_at?: string|null;
    };
    SessionRow: {
      id: number;
      created_at: string;
      seen_at: string;
      expires_at: string;
      address: string;
      agent: string;
      current: boolean;
    };
    Token: {
      id: number;
      name: string;
      prefix: string;
      role: components["schemas"]["Role"];
      scope: components["schemas"]["Scope"];
      owner: components["schemas"]["UserBrief"];
      created_at: string;
      expires_at: string;
      last_used_at?: string|null;
      revoked_at?: string|null;
    };
    NewToken: {
      token: components["schemas"]["Token"];
      secret: string;
    };
    AuditEntry: {
      id: number;
      at: string;
      actor: string;
      actor_kind: "user"|"token"|"system"|"anonymous";
      action: string;
      object_kind: string;
      object: string;
      outcome: "done"|"refused"|"failed";
      reason?: string|null;
      before?: unknown|null;
      after?: unknown|null;
      request: string;
      address: string;
    };
    Permission: {
      action: string;
      role: components["schemas"]["Role"];
      about: string;
    };
    Overview: {
      as_of: string;
      sentence: string;
      counts: { [key: string]: number };
      problems: components["schemas"]["ProblemItem"][];
      deadlines: components["schemas"]["SlaWindow"][];
      backfills: components["schemas"]["Backfill"][];
      running: number;
      waiting: number;
      oldest_wait_seconds?: number|null;
      workers: number;
      scheduler_seen_at?: string|null;
      workers_seen_at?: string|null;
      throughput: {
          at: string;
          published: number;
          failed: number;
          wait_p95?: number|null;
      }[];
    };
    ProblemItem: {
      kind: "failed"|"late"|"missing_upstream"|"paused"|"no_worker"|"source_fault"|"stale"|"hold";
      dataset?: string|null;
      partition?: string|null;
      run?: number|null;
      title: string;
      detail: string;
      since?: string|null;
      partitions: number;
      blocks: string[];
    };
    DatasetRow: {
      name: string;
      kind: "source"|"transform"|"load"|"export";
      owner?: string|null;
      tags: string[];
      description?: string|null;
      cut: string;
      partitions: number;
      counts: { [key: string]: number };
      worst: components["schemas"]["Standing"];
      published_at?: string|null;
      paused: boolean;
      automation?: "eager"|"scheduled"|"manual"|null;
      sla?: components["schemas"]["SlaState"]|null;
      strip: number[];
    };
    DatasetPage: {
      items: components["schemas"]["DatasetRow"][];
      next?: string|null;
      total: number;
      facets: {
          states: { [key: string]: number };
          owners: { [key: string]: number };
          tags: { [key: string]: number };
          kinds: { [key: string]: number };
      };
      as_of: string;
    };
    Dataset: components["schemas"]["DatasetRow"] & {
      zone: string;
      scheme: components["schemas"]["Axis"];
      dimensions: {
          name: string;
          values: string[];
          dynamic: boolean;
      }[];
      inputs: components["schemas"]["Edge"][];
      outputs: components["schemas"]["Edge"][];
      columns: {
          name: string;
          type: string;
          nullable: boolean;
          description?: string|null;
          masked: boolean;
      }[];
      contract: string[];
      schedule?: components["schemas"]["Schedule"]|null;
      automation_policy?: string|null;
      retry: string;
      timeout_seconds?: number|null;
      pool: string;
      pool_weight: number;
      concurrency?: number|null;
      fuse?: string|null;
      code: {
          fingerprint: string;
          since: string;
      }[];
      slas: components["schemas"]["SlaRule"][];
      paused_at?: string|null;
      paused_by?: string|null;
      location?: string|null;
    };
    Edge: {
      dataset: string;
      mapping: string;
      required: boolean;
    };
    Axis: {
      unit: "minute"|"hour"|"day"|"week"|"month"|"quarter"|"year"|"cron"|"none";
      step: number;
      zone: string;
      first: number;
      end: number;
      origin: string;
      starts?: number[]|null;
    };
    Health: {
      dataset: string;
      as_of: string;
      version: string;
      axis: components["schemas"]["Axis"];
      states: components["schemas"]["Standing"][];
      reasons: (string|null)[];
      series: components["schemas"]["HealthSeries"][];
      more_series: number;
      width: number;
    };
    HealthSeries: {
      slice: string[];
      first: number;
      runs: number[];
      counts: { [key: string]: number };
    };
    Partition: {
      dataset: string;
      key: string;
      ordinal: number;
      slice: string[];
      starts_at?: string|null;
      ends_at?: string|null;
      standing: components["schemas"]["Standing"];
      reason?: string|null;
      why: components["schemas"]["Why"];
      head?: components["schemas"]["Materialization"]|null;
      versions: components["schemas"]["Materialization"][];
      runs: components["schemas"]["RunRow"][];
      live_run?: components["schemas"]["RunRow"]|null;
      slas: components["schemas"]["SlaWindow"][];
      failure?: {
          run: number;
          code: string;
          message: string;
          at: string;
      }|null;
    };
    Why: {
      sentence: string;
      causes: {
          dataset: string;
          partition?: string|null;
          text: string;
          at?: string|null;
          rows?: number|null;
          depth: number;
          source: boolean;
      }[];
    };
    Materialization: {
      id: number;
      dataset: string;
      partition: string;
      run?: number|null;
      attempt?: number|null;
      rows?: number|null;
      bytes: number;
      rejected: number;
      committed_at: string;
      seconds?: number|null;
      head: boolean;
      expired_at?: string|null;
      code?: string|null;
      content: string;
    };
    MaterializationDetail: components["schemas"]["Materialization"] & {
      paths: string[];
      profile: components["schemas"]["ColumnProfile"][];
      inputs: components["schemas"]["LineageLink"][];
      outputs: components["schemas"]["LineageLink"][];
    };
    LineageLink: {
      id: number;
      dataset: string;
      partition: string;
      rows?: number|null;
      committed_at: string;
      paths: string[];
      position: number;
      is_source: boolean;
    };
    ColumnProfile: {
      name: string;
      type: string;
      nulls?: number|null;
      distinct?: number|null;
      min: unknown;
      max: unknown;
      mean?: number|null;
      masked: boolean;
    };
    Preview: {
      dataset: string;
      partition: string;
      materialization: number;
      columns: {
          name: string;
          type: string;
          masked: boolean;
      }[];
      rows: unknown[][];
      total_rows?: number|null;
    };
    Manifest: {
      dataset: string;
      commit: number;
      as_of: string;
      files: {
          path: string;
          url: string;
          bytes: number;
          hash: string;
          rows?: number|null;
          partition: string;
          materialization: number;
      }[];
      next?: string|null;
      snippets: {
          duckdb: string;
          polars: string;
          spark: string;
      };
    };
    Graph: {
      as_of: string;
      nodes: components["schemas"]["GraphNode"][];
      edges: {
          from: string;
          to: string;
          mapping: string;
          required: boolean;
      }[];
      truncated: number;
      focus?: string|null;
    };
    GraphNode: {
      name: string;
      kind: string;
      owner?: string|null;
      tags: string[];
      worst: components["schemas"]["Standing"];
      counts: { [key: string]: number };
      published_at?: string|null;
      sla?: components["schemas"]["SlaState"]|null;
      hidden_up: number;
      hidden_down: number;
      paused: boolean;
    };
    VersionGraph: {
      nodes: components["schemas"]["LineageLink"][];
      edges: {
          from: number;
          to: number;
      }[];
      truncated: boolean;
    };
    RunRow: {
      id: number;
      dataset: string;
      partition: string;
      state: "waiting"|"ready"|"running"|"backoff"|"succeeded"|"failed"|"cancelled";
      outcome?: string|null;
      reason: string;
      class: "live"|"late"|"backfill";
      backfill: number;
      attempt: number;
      created_at: string;
      started_at?: string|null;
      finished_at?: string|null;
      wait_seconds?: number|null;
      run_seconds?: number|null;
      worker?: number|null;
      error_code?: string|null;
      error?: string|null;
      waiting_on: number;
    };
    Run: components["schemas"]["RunRow"] & {
      sentence: string;
      waits?: components["schemas"]["Wait"]|null;
      attempts: components["schemas"]["Attempt"][];
      inputs: components["schemas"]["LineageLink"][];
      output?: components["schemas"]["Materialization"]|null;
      stale_inputs: number;
      deadline: string;
      events: {
          at: string;
          text: string;
      }[];
    };
    Wait: {
      why: string;
      text: string;
      position?: number|null;
      expected_at?: string|null;
      on: {
          run: number;
          dataset: string;
          partition: string;
          state: string;
      }[];
    };
    Attempt: {
      number: number;
      worker: number;
      host: string;
      state: "running"|"committed"|"failed"|"expired"|"cancelled";
      started_at: string;
      ended_at?: string|null;
      error_code?: string|null;
      error?: string|null;
      exit_reason?: string|null;
      peak_bytes?: number|null;
      cpu_seconds?: number|null;
      rows_read?: number|null;
      bytes_read?: number|null;
      rows_written?: number|null;
      bytes_written?: number|null;
      log_lines?: number|null;
    };
    LogPage: {
      lines: components["schemas"]["LogLine"][];
      next?: string|null;
      ended: boolean;
    };
    LogLine: {
      attempt: number;
      number: number;
      at: string;
      source: "stdout"|"stderr"|"event";
      text: string;
      gap: boolean;
    };
    PlanRequest: {
      targets: {
          dataset: string;
          ranges?: string|null;
          selection?: components["schemas"]["Selection"]|null;
      }[];
      select: {
          missing: boolean;
          failed: boolean;
          stale: boolean;
          all: boolean;
      };
      upstream: boolean;
      downstream: boolean;
      newest_first: boolean;
      concurrency?: number|null;
      priority: number;
      class: "live"|"late"|"backfill";
    };
    Selection: {
      slices: {
          slice: string[];
          ranges: [number, number][];
      }[];
    };
    Plan: {
      hash: string;
      runs: number;
      steps: components["schemas"]["PlanStep"][];
      blocked: components["schemas"]["PlanBlocked"][];
      estimate: components["schemas"]["PlanEstimate"];
      as_of: string;
      waves: number;
      sentence: string;
      cli: string;
    };
    PlanStep: {
      dataset: string;
      wave: number;
      in_order: boolean;
      reason: string;
      partitions: number;
      ranges: components["schemas"]["PlanRange"][];
      seconds?: number|null;
      bytes?: number|null;
      cost?: number|null;
    };
    PlanRange: {
      from: string;
      to: string;
      before?: string|null;
      partitions: number;
      dimensions: { [key: string]: string };
    };
    PlanBlocked: {
      dataset: string;
      partitions: number;
      ranges: components["schemas"]["PlanRange"][];
      needs: string;
      lacks: components["schemas"]["PlanRange"][];
      could_be_made: boolean;
      is_source: boolean;
    };
    PlanEstimate: {
      seconds?: number|null;
      seconds_p90?: number|null;
      finish_at?: string|null;
      finish_at_p90?: string|null;
      work_seconds: number;
      bytes: number;
      cost?: number|null;
      slots: number;
      unknown: string[];
    };
    Backfill: {
      id: number;
      state: "active"|"completed"|"failed"|"cancelled";
      request: string;
      origin: "person"|"schedule"|"automation";
      class: string;
      priority: number;
      concurrency?: number|null;
      created_by: string;
      created_at: string;
      finished_at?: string|null;
      paused_at?: string|null;
      paused_by?: string|null;
      runs: number;
      published: number;
      unchanged: number;
      failed: number;
      cancelled: number;
      running: number;
      rate?: number|null;
      seconds_left?: number|null;
      retry_of?: number|null;
    };
    BackfillDetail: components["schemas"]["Backfill"] & {
      sentence: string;
      steps: components["schemas"]["BackfillStep"][];
      causes: {
          dataset: string;
          state: string;
          code: string;
          error?: string|null;
          runs: number;
          example: number;
      }[];
      waits: {
          dataset: string;
          why: string;
          text: string;
          runs: number;
          example: number;
      }[];
      events: {
          at: string;
          by: string;
          action: string;
          details: string;
      }[];
      plan: unknown;
      plan_hash: string;
      now_running: components["schemas"]["RunRow"][];
    };
    BackfillStep: {
      dataset: string;
      wave?: number|null;
      waiting: number;
      ready: number;
      running: number;
      published: number;
      unchanged: number;
      failed: number;
      cancelled: number;
    };
    Schedule: {
      dataset: string;
      timetable: string;
      in_words: string;
      zone: string;
      catch_up: string;
      next_at?: string|null;
      next: string[];
      last?: components["schemas"]["Tick"]|null;
      paused_at?: string|null;
      paused_by?: string|null;
      open: number;
      failed: number;
    };
    Tick: {
      id: number;
      dataset: string;
      tick_at: string;
      label: string;
      state: "open"|"done"|"failed"|"skipped";
      reason?: string|null;
      detail?: string|null;
      late: boolean;
      backfills: number[];
      recorded_at: string;
      settled_at?: string|null;
      ticks: number;
    };
    CalendarDay: {
      day: string;
      planned: number;
      done: number;
      failed: number;
      skipped: number;
      open: number;
      datasets: {
          dataset: string;
          planned: number;
          done: number;
          failed: number;
          skipped: number;
          open: number;
      }[];
    };
    Worker: {
      id: number;
      host: string;
      pid: number;
      slots: number;
      running: number;
      pools?: string[]|null;
      started_at: string;
      ended_at?: string|null;
      alive: boolean;
      beat_at?: string|null;
      codes: number;
      codes_current: boolean;
    };
    Pool: {
      name: string;
      slots?: number|null;
      used: number;
      waiting: number;
      overridden: boolean;
      weights: { [key: string]: number };
      floors: { [key: string]: number };
      holders: {
          dataset: string;
          runs: number;
          slots: number;
      }[];
      oldest_wait_seconds?: number|null;
    };
    Queue: {
      as_of: string;
      lanes: {
          class: string;
          pool: string;
          state: string;
          runs: number;
          oldest_seconds: number;
      }[];
      waits: {
          why: string;
          text: string;
          runs: number;
          dataset: string;
          example: number;
      }[];
    };
    SlaRule: {
      id: string;
      dataset: string;
      rule: string;
      objective?: number|null;
    };
    SlaBoard: {
      as_of: string;
      zone: string;
      rules: components["schemas"]["SlaStanding"][];
    };
    SlaStanding: {
      rule: components["schemas"]["SlaRule"];
      state: components["schemas"]["SlaState"];
      current?: components["schemas"]["SlaWindow"]|null;
      recent: components["schemas"]["SlaWindow"][];
      months: {
          month: string;
          met: number;
          missed: number;
          attainment?: number|null;
          budget_left?: number|null;
      }[];
    };
    SlaWindow: {
      dataset: string;
      rule: string;
      partition: string;
      due_at: string;
      completed_at?: string|null;
      state: components["schemas"]["SlaState"];
      late_seconds?: number|null;
      blocking?: {
          dataset: string;
          partition?: string|null;
          text: string;
          run?: number|null;
      }|null;
    };
    Delivery: {
      id: number;
      url_host: string;
      kind: string;
      object: string;
      state: "waiting"|"sent"|"failed";
      tries: number;
      next_at?: string|null;
      last_status?: number|null;
      created_at: string;
      sent_at?: string|null;
    };
    Settings: {
      environment: string;
      version: string;
      database: {
          version: string;
      };
      lake: string;
      retention: { [key: string]: string };
      webhook: {
          configured: boolean;
          host?: string|null;
      };
      doctor: {
          severity: string;
          rule: string;
          fault: string;
          advice: string;
          examples: string[];
      }[];
      housekeeping: {
          name: string;
          last_ok_at?: string|null;
          last_error?: string|null;
      }[];
    };
    Histogram: {
      buckets: {
          at: string;
          succeeded: number;
          failed: number;
          cancelled: number;
      }[];
      seconds: number;
    };
    EventRow: {
      id: number;
      at: string;
      kind: string;
      text: string;
      dataset?: string|null;
      object?: string|null;
    };
    Hold: {
      dataset: string;
      ranges: components["schemas"]["PlanRange"][];
      partitions: number;
      reason: string;
      since: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}

export interface paths {
  "/api/v1/session": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Session"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { "application/json": { login: string; password: string } } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Session"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/sign-in": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["SignInMethods"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/setup": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { "application/json": { token: string; login: string; name: string; password: string } } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Session"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/session/link": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { "application/json": { token: string } } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Session"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/users": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["User"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post: {
      parameters: { query?: never; header?: { "Idempotency-Key"?: string }; path?: never; cookie?: never };
      requestBody: { content: { "application/json": { login: string; name: string; role: components["schemas"]["Role"]; scope: components["schemas"]["Scope"]; password?: string | null } } };
      responses: {
        201: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["User"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/users/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody: { content: { "application/json": { name?: string | null; role?: components["schemas"]["Role"] | null; scope?: components["schemas"]["Scope"] | null; disabled?: boolean | null } } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["User"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    trace?: never;
  };
  "/api/v1/users/{id}/password": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody: { content: { "application/json": { password: string; current?: string | null } } };
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/users/me/sessions": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["SessionRow"][] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/users/me/sessions/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post?: never;
    delete: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/users/{id}/sessions": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["SessionRow"][] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tokens": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { all?: boolean; cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["Token"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post: {
      parameters: { query?: never; header?: { "Idempotency-Key"?: string }; path?: never; cookie?: never };
      requestBody: { content: { "application/json": { name: string; actions?: string[] | null; role: components["schemas"]["Role"]; scope: components["schemas"]["Scope"]; expires_at: string } } };
      responses: {
        201: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["NewToken"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/tokens/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post?: never;
    delete: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/audit": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { actor?: string; action?: string; object_kind?: string; object?: string; outcome?: string; from?: string; to?: string; cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["AuditEntry"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/permissions": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Permission"][] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/overview": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Overview"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { q?: string; kind?: string; owner?: string; tag?: string; state?: string; sort?: string; cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["DatasetPage"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path: { name: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Dataset"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/health": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { slice?: string }; header?: never; path: { name: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Health"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/partition": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query: { key: string }; header?: never; path: { name: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Partition"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/materializations": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { key?: string; cursor?: string; limit?: number }; header?: never; path: { name: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["Materialization"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/materializations/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["MaterializationDetail"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/materializations/{id}/lineage": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { direction?: string; depth?: number; cursor?: string }; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["VersionGraph"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/preview": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query: { key: string; limit?: number }; header?: never; path: { name: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Preview"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/manifest": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { key?: string; commit?: number; cursor?: string; limit?: number }; header?: never; path: { name: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Manifest"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/pause": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { name: string }; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/resume": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { name: string }; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/announce": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { name: string }; cookie?: never };
      requestBody: { content: { "application/json": { keys: string[] } } };
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/approve": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { name: string }; cookie?: never };
      requestBody: { content: { "application/json": { ranges: string } } };
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/datasets/{name}/holds": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path: { name: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["Hold"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/lineage": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { focus?: string; up?: number; down?: number; q?: string }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Graph"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/runs": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { state?: string; dataset?: string; backfill?: number; worker?: number; class?: string; from?: string; to?: string; code?: string; order?: string; cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["RunRow"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/runs/histogram": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { from?: string; to?: string; dataset?: string }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Histogram"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/runs/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Run"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/runs/{id}/cancel": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/runs/{id}/retry": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: { "Idempotency-Key"?: string }; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        201: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Backfill"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/runs/{id}/logs": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { attempt?: number; after?: string; limit?: number; q?: string }; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["LogPage"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/backfills/plan": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody: { content: { "application/json": components["schemas"]["PlanRequest"] } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Plan"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/backfills": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { state?: string; origin?: string; cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["Backfill"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post: {
      parameters: { query?: never; header?: { "Idempotency-Key"?: string }; path?: never; cookie?: never };
      requestBody: { content: { "application/json": components["schemas"]["PlanRequest"] & { plan: string; note?: string | null } } };
      responses: {
        201: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Backfill"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/backfills/{id}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["BackfillDetail"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody: { content: { "application/json": { priority?: number | null; concurrency?: number | null } } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Backfill"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    trace?: never;
  };
  "/api/v1/backfills/{id}/pause": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody: { content: { "application/json": { finish_running: boolean } } };
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/backfills/{id}/resume": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/backfills/{id}/cancel": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/backfills/{id}/retry": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: { "Idempotency-Key"?: string }; path: { id: number }; cookie?: never };
      requestBody: { content: { "application/json": { plan: string } } };
      responses: {
        201: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Backfill"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/backfills/{id}/retry/plan": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { id: number }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Plan"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/schedules": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["Schedule"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/schedules/{dataset}/pause": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { dataset: string }; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/schedules/{dataset}/resume": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: {
      parameters: { query?: never; header?: never; path: { dataset: string }; cookie?: never };
      requestBody?: never;
      responses: {
        204: { headers: { [name: string]: unknown }; content?: never };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/schedules/{dataset}/ticks": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { state?: string; cursor?: string; limit?: number }; header?: never; path: { dataset: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["Tick"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/calendar": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query: { from: string; to: string; zone?: string }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["CalendarDay"][] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/workers": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["Worker"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pools": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Pool"][] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/pools/{name}": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch: {
      parameters: { query?: never; header?: never; path: { name: string }; cookie?: never };
      requestBody: { content: { "application/json": { slots: number | null | "declared" } } };
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Pool"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    trace?: never;
  };
  "/api/v1/queue": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Queue"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/events": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { since?: string; cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["EventRow"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/slas": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["SlaBoard"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/slas/{id}/windows": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { cursor?: string; limit?: number }; header?: never; path: { id: string }; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["SlaWindow"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/slas/deliveries": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: { cursor?: string; limit?: number }; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": { items: components["schemas"]["Delivery"][]; next?: string | null } } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/api/v1/settings": {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: {
      parameters: { query?: never; header?: never; path?: never; cookie?: never };
      requestBody?: never;
      responses: {
        200: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Settings"] } };
        default: { headers: { [name: string]: unknown }; content: { "application/json": components["schemas"]["Problem"] } };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}

export type webhooks = Record<string, never>;
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
