import { join } from 'node:path';
import { build } from 'esbuild';
import { imageOf } from '../../dev/release/images.ts';
import { apply, kubectl } from './kubectl.ts';

export interface Program {
  /** Also the name of the file in the folder `in-pod`. */
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly env?: readonly object[];
}

/**
 * A pod template that runs a program of the folder `in-pod` with the Node of the api's image. The image has no packages, so
 * the program is bundled with what it imports. Applies the ConfigMap with the program.
 */
export async function podOfProgram({ name, labels = {}, env = [] }: Program) {
  const file = `${name}.mjs`;
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'in-pod', file)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  });
  const text = outputFiles[0]?.text ?? '';
  await apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { [file]: text } });
  return {
    metadata: { name, labels: { app: name, ...labels } },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name,
          image: imageOf('api'),
          command: ['/nodejs/bin/node', `/program/${file}`],
          env,
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          volumeMounts: [{ name: 'program', mountPath: '/program' }],
        },
      ],
      volumes: [{ name: 'program', configMap: { name } }],
    },
  };
}

/** The last output line of a pod, parsed as JSON, after the pod has succeeded. */
export async function resultOf(pod: string, timeoutSeconds: number): Promise<unknown> {
  const wait = `--timeout=${timeoutSeconds}s`;
  await kubectl(['wait', `pod/${pod}`, '--for=jsonpath={.status.phase}=Succeeded', wait], {
    timeoutMs: (timeoutSeconds + 10) * 1_000,
  });
  const log = await kubectl(['logs', pod]);
  return JSON.parse(log.trimEnd().split('\n').at(-1) ?? '');
}
