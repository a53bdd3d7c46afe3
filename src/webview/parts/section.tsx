import type { ComponentChildren } from 'preact';
import { formatCount } from '../../core/labels/countLabel';

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** How many things it has; a text where nobody knows exactly: "99+". */
  readonly count?: number | string;
  /** Buttons at the end of the heading's line. */
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A part of the page with a heading of its own. */
export function Section({ id, title, count, tools, children }: SectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <div class="section-head">
        <h2 id={`${id}-title`}>
          {title}
          {count !== undefined && (
            <span class="count">{typeof count === 'number' ? formatCount(count) : count}</span>
          )}
        </h2>
        {tools && <div class="tools">{tools}</div>}
      </div>
      {children}
    </section>
  );
}
