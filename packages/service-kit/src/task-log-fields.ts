/** The fields that connect the log lines about a task: its id, and the ids of its submission's request and trace. */
export function taskLogFields(taskId: string | undefined, requestId: string | undefined, traceparent = '') {
  return { task_id: taskId, request_id: requestId, trace_id: traceparent.split('-')[1] };
}
