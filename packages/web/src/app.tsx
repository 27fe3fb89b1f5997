import 'uplot/dist/uPlot.min.css';
import './style.css';
import { render } from 'preact';
import { can, canRead, key, me, needsKey, reachable, setKey, watchApi, type Me } from './api.ts';
import { Health } from './health.tsx';
import { PLAIN_VIEW, type JobProps, type JobView } from './job-view.tsx';
import { Queue } from './queue.tsx';
import { route } from './route.ts';
import { Submit } from './submit.tsx';
import { TaskView } from './task.tsx';
import { Tasks } from './tasks.tsx';

const VIEWS = [
  { view: '', name: 'Submit', title: 'Submit a task', Content: Submit, isShown: () => can('submit') },
  { view: 'tasks', name: 'Tasks', title: 'Tasks', Content: Tasks, isShown: () => me.value && canRead() },
  {
    view: 'queue',
    name: 'Queue',
    title: 'Queue and workers',
    Content: Queue,
    isShown: () => can('operate', 'metrics'),
  },
  { view: 'health', name: 'Health', title: 'Health', Content: Health, isShown: () => true },
] as const;

/**
 * Shows the page.
 *
 * @param job what it shows of the job; what is missing is shown as JSON
 */
export function startPage(job: Partial<JobView> = {}): void {
  watchApi();
  // Registered, so that scripts read a colour and not the function that chooses it.
  for (const name of ['--line', '--accent', '--muted', '--bad'])
    CSS.registerProperty({ name, syntax: '<color>', inherits: true, initialValue: 'gray' });
  const root = document.getElementById('page');
  if (root) render(<Page job={{ ...PLAIN_VIEW, ...job }} />, root);
}

function Page({ job }: JobProps) {
  return (
    <>
      <button class="skip" onClick={() => document.querySelector('main')?.focus()}>
        Skip to the content
      </button>
      <header>
        <strong>{document.title}</strong>
        <nav aria-label="Views">
          {VIEWS.filter(({ isShown }) => isShown()).map(({ view, name }) => (
            <a key={view} href={`#/${view}`} aria-current={view === shownView().view ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <nav aria-label="Documentation">
          <a href="docs">API</a>
          <a href="redoc">Reference</a>
        </nav>
        {me.value?.principal && <Account {...me.value} />}
      </header>
      <main tabIndex={-1}>
        <div role="status">
          {!reachable.value && (
            <p class="notice error">
              The server is unreachable. What you see may be old. The page continues by itself.
            </p>
          )}
        </div>
        {needsKey.value ? (
          <KeyForm />
        ) : (
          <div class={reachable.value ? undefined : 'stale'}>
            <View job={job} />
          </div>
        )}
      </main>
    </>
  );
}

function View({ job }: JobProps) {
  const { view, id } = route.value;
  if (view === 'tasks' && id !== '') return <TaskView key={id} id={id} job={job} />;
  const { title, Content } = shownView();
  return (
    <>
      <h1 tabIndex={-1}>{title}</h1>
      <Content job={job} />
    </>
  );
}

/** What the address names; without a name, the first view that the key may use. */
function shownView() {
  const { view } = route.value;
  const named = VIEWS.find((each) => each.view === view) ?? VIEWS[0];
  if (view !== '' || !me.value) return named;
  return VIEWS.find(({ isShown }) => isShown()) ?? named;
}

function Account({ principal, roles }: Me) {
  const forget = (): void => {
    setKey(undefined);
    needsKey.value = true;
  };
  return (
    <p>
      {principal} <small>{roles.join(', ')}</small>{' '}
      <button class="quiet" onClick={forget}>
        Forget the key
      </button>
    </p>
  );
}

function KeyForm() {
  return (
    <form
      class="card narrow"
      onSubmit={(event) => {
        event.preventDefault();
        setKey((new FormData(event.currentTarget).get('key') as string).trim());
      }}
    >
      <h1 tabIndex={-1}>This service asks for a key</h1>
      {key.value !== undefined && (
        <p class="notice error" role="alert">
          The server did not accept this key. It may be mistyped, revoked or expired.
        </p>
      )}
      <label>
        Key or access token
        <input ref={(input) => input?.focus()} name="key" type="password" autoComplete="off" required />
      </label>
      <p class="hint">
        The operators of this service issue keys. The page keeps the key until you close this tab, and sends
        it to this server only.
      </p>
      <button>Continue</button>
    </form>
  );
}
