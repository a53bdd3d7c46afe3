import type { ComponentChildren } from 'preact';
import type { TaskView } from '../../core/details/detailsView';
import { Button } from '../parts/button';
import { Icon } from '../parts/icon';
import { Section } from '../parts/section';
import { oneLine } from '../../core/text/plainText';

/** The files that the agent left. */
export function Files({ task: { fileNames, hasMoreFiles, unread } }: { readonly task: TaskView }) {
  return (
    <Names
      id="files"
      title="Files"
      names={fileNames}
      hasMore={hasMoreFiles}
      isUnread={unread.includes('files')}
      toolOf={(name, index) => (
        <Button
          icon="save"
          label="Save…"
          title={`Save ${oneLine(name)}`}
          message={{ type: 'saveFile', index }}
        />
      )}
    />
  );
}

/** The files that the person gave to the task. They can be fetched from no place that is known. */
export function Attachments({ task: { attachmentNames, unread } }: { readonly task: TaskView }) {
  return (
    <Names
      id="attachments"
      title="Attachments"
      names={attachmentNames}
      isUnread={unread.includes('attachments')}
    />
  );
}

interface NamesProps {
  readonly id: string;
  readonly title: string;
  readonly names: readonly string[];
  /** Whether there are more than these. */
  readonly hasMore?: boolean;
  /** Whether they could not be read this time; then the names are those that were read before. */
  readonly isUnread: boolean;
  /** What stands beside a name. */
  readonly toolOf?: (name: string, index: number) => ComponentChildren;
}

function Names({ id, title, names, hasMore = false, isUnread, toolOf }: NamesProps) {
  if (names.length === 0 && !isUnread) return null;
  return (
    <Section
      id={id}
      title={title}
      {...(names.length > 0 && { count: hasMore ? `${names.length}+` : names.length })}
    >
      {isUnread && <p class="nothing">The {title.toLowerCase()} could not be read.</p>}
      {names.length > 0 && (
        <ul class="files">
          {names.map((name, index) => (
            <li key={index}>
              <Icon name="file" />
              <span class="file-name" dir="auto">
                {oneLine(name) || 'Unnamed file'}
              </span>
              {toolOf?.(name, index)}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
