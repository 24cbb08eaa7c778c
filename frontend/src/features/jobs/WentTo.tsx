import { makeStyles, tokens } from '@fluentui/react-components';

import { portalPlace } from '@/lib/portal';
import { LinkList } from '@/ui/LinkList';

import { text } from './text';
import type { Step } from './types';

const useStyles = makeStyles({
  place: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: tokens.spacingHorizontalM,
    overflowWrap: 'anywhere',
  },
});

/** Where in Fabric a step's data went, with its pages in the portal. */
export function WentTo(props: { step: Step; className?: string; tabIndex?: 0 | -1 }) {
  const styles = useStyles();
  const place = portalPlace(props.step.result?.['store']);
  if (!place) return null;
  return (
    <div className={props.className}>
      <div className={styles.place}>
        <span>{text.wentTo(place.location)}</span>
        {place.links.length > 0 && (
          <LinkList
            key="links"
            label={text.inPortal}
            links={place.links}
            tabIndex={props.tabIndex ?? 0}
          />
        )}
      </div>
    </div>
  );
}
