import type { ComponentChild, VNode } from 'preact';
import { useMemo } from 'preact/hooks';

/** A component that is drawn again only when one of its properties is another value, as there are thousands of it. */
export function memo<P extends object>(Inner: (props: P) => ComponentChild): (props: P) => VNode {
  return (props) => useMemo(() => <Inner {...props} />, Object.values(props));
}
