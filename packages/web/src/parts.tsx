import type { TaskSummary } from '@primes/client';
import type { ComponentChildren, VNode } from 'preact';
import { useState } from 'preact/hooks';
import { explain } from './api.ts';
import { formatNumber } from './format.ts';
import type { Loaded } from './load.ts';

const SYMBOLS = { pending: '○', processing: '◐', done: '●', failed: '✕', cancelled: '–' } as const;

/** A status as a symbol and a word, so that its colour carries no meaning alone. */
export function Status({ status }: Pick<TaskSummary, 'status'>) {
  return (
    <span class={status === 'failed' ? 'error' : undefined}>
      <span aria-hidden="true">{SYMBOLS[status]}</span> {status}
    </span>
  );
}

interface Titled {
  readonly title: string;
  readonly children: ComponentChildren;
}

export function Section({ title, children }: Titled) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Why something failed, if it did. */
export function Failure({ error }: { readonly error: unknown }) {
  if (error === undefined) return null;
  return (
    <p class="notice error" role="alert">
      {explain(error)}
    </p>
  );
}

interface ShowProps<Data> {
  readonly of: Loaded<Data>;
  readonly children: (data: Data) => ComponentChildren;
}

/** The data once it is there; it is grey while it cannot be updated. */
export function Show<Data>({ of: { data, error }, children }: ShowProps<Data>) {
  return (
    <>
      <Failure error={error} />
      {data !== undefined && <div class={error === undefined ? undefined : 'stale'}>{children(data)}</div>}
      {data === undefined && error === undefined && <p class="loading">Loading …</p>}
    </>
  );
}

/** A section that shows data. */
export function Live<Data>({ title, of, children }: ShowProps<Data> & Pick<Titled, 'title'>) {
  return (
    <Section title={title}>
      <Show of={of}>{children}</Show>
    </Section>
  );
}

interface RowsProps {
  readonly children: readonly VNode[];
  /** What is said if there are no rows. */
  readonly empty: ComponentChildren;
}

export function Rows({ children, empty }: RowsProps) {
  return children.length === 0 ? <p class="empty">{empty}</p> : <ul class="rows">{children}</ul>;
}

interface FigureProps {
  readonly name: string;
  readonly value: ComponentChildren;
  readonly note?: string;
}

/** A value with its name. */
export function Figure({ name, value, note }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {typeof value === 'number' ? formatNumber(value) : (value ?? '–')} {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

interface ActionProps {
  readonly name: string;
  /** Returns what has happened, in words. */
  readonly run: () => Promise<ComponentChildren>;
  /** A question that the reader must answer first. */
  readonly ask?: () => string | Promise<string>;
  readonly kind?: 'quiet';
}

/** A button that runs an action, is off while it runs, and says how it ended. */
export function Action({ name, run, ask, kind }: ActionProps) {
  const [busy, setBusy] = useState(false);
  const [question, setQuestion] = useState<string>();
  const [said, setSaid] = useState<ComponentChildren>();
  const start = async (): Promise<void> => {
    setBusy(true);
    setQuestion(undefined);
    try {
      if (ask && question === undefined) setQuestion(await ask());
      else setSaid(await run());
    } catch (error) {
      setSaid(<span class="error">{explain(error)}</span>);
    }
    setBusy(false);
  };
  return (
    <span class="action">
      <span role="status">{question ?? said}</span>
      <button class={kind} disabled={busy} onClick={() => void start()}>
        {question === undefined ? name : 'Yes'}
      </button>
      {question !== undefined && (
        <button class="quiet" onClick={() => setQuestion(undefined)}>
          No
        </button>
      )}
    </span>
  );
}

interface DownloadProps {
  readonly name: string;
  readonly file: string;
  readonly read: () => Blob | Promise<Blob>;
}

/** A button that saves what `read` returns as a file. A link could not send a key or choose a format. */
export function Download({ name, file, read }: DownloadProps) {
  const save = async (): Promise<string> => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await read());
    link.download = file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return '';
  };
  return <Action kind="quiet" name={name} run={save} />;
}
