/** Lets page translators work, which put elements of their own in place of text nodes.
 *
 * React would remove or move a text node that is no longer where it put it, and the browser would
 * throw, which takes the whole page down.
 */
export function tolerateTranslators(prototype: Node = Node.prototype): void {
  const { removeChild, insertBefore } = prototype;
  prototype.removeChild = function tolerantRemoveChild<T extends Node>(this: Node, child: T): T {
    return child.parentNode === this ? (removeChild.call(this, child) as T) : child;
  };
  prototype.insertBefore = function tolerantInsertBefore<T extends Node>(
    this: Node,
    node: T,
    before: Node | null,
  ): T {
    const there = before === null || before.parentNode === this;
    return insertBefore.call(this, node, there ? before : null) as T;
  };
}
