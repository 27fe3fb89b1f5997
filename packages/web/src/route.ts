import { computed, signal } from '@preact/signals';

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
  // A new view starts at its top, with the focus on its heading.
  scrollTo(0, 0);
  setTimeout(() => document.querySelector<HTMLElement>('main h1')?.focus());
});

/** The view and what it shows: `#/tasks/ID?status=done` is `tasks`, `ID` and the parameters. */
export const route = computed(() => {
  const [path = '', query = ''] = hash.value.replace(/^#\/?/, '').split('?');
  const [view = '', id = ''] = path.split('/');
  return { view, id, query: new URLSearchParams(query) };
});

export function taskLink(id: string): string {
  return `#/tasks/${id}`;
}

/** The list of tasks with the parameters that are not empty. */
export function tasksLink(params: Readonly<Record<string, string>>): string {
  const set = Object.entries(params).filter(([, value]) => value !== '');
  return `#/tasks?${new URLSearchParams(set).toString()}`;
}
