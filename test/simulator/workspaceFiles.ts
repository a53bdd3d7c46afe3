import type { Cloud } from './cloud';
import type { Workspace, WorkspaceFile } from './workspace';

/**
 * The files of a workspace in the order of their paths: those that clients put there, and those of its sessions' tasks that
 * have ended, which v4 puts into `outputs/`. @see cloud-api-v3-v4.md §11
 */
export function filesOf(cloud: Cloud, workspace: Workspace): WorkspaceFile[] {
  const nowMs = cloud.clock.now();
  const files = new Map<string, WorkspaceFile>();
  for (const upload of workspace.uploads.values()) {
    const { path, content, contentType, uploadedAtMs } = upload;
    if (!content || uploadedAtMs === undefined) continue;
    files.set(path, {
      path,
      file: { name: upload.name, content, contentType },
      modifiedAtMs: uploadedAtMs,
    });
  }
  for (const session of cloud.sessions.values()) {
    if (session.workspaceId !== workspace.id) continue;
    const folder = session.apiVersion === 'v4' ? 'outputs/' : '';
    for (const task of cloud.tasksOf(session)) {
      const state = task.stateAt(nowMs);
      for (const file of state.files) {
        const path = `${folder}${file.name}`;
        files.set(path, { path, file, modifiedAtMs: state.finishedAtMs ?? nowMs });
      }
    }
  }
  return [...files.values()]
    .filter(({ path }) => !workspace.deletedPaths.has(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

export function sizeOf({ file }: WorkspaceFile): number {
  return Buffer.byteLength(file.content);
}
