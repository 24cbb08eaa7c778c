import { makeStyles, tokens } from '@fluentui/react-components';
import { BeakerRegular } from '@fluentui/react-icons';
import { useQuery } from '@tanstack/react-query';

import { fabricHealthQuery } from '@/api/fabric';

import { TEXT } from './text';

const useStyles = makeStyles({
  icon: { flexShrink: 0, fontSize: '16px' },
  bar: {
    position: 'sticky',
    // right below the header
    top: '49px',
    zIndex: 9,
    display: 'flex',
    alignItems: 'center',
    gap: tokens.spacingHorizontalS,
    padding: `${tokens.spacingVerticalXS} ${tokens.spacingHorizontalL}`,
    borderBottom: `1px solid ${tokens.colorStatusWarningBorder1}`,
    backgroundColor: tokens.colorStatusWarningBackground1,
    color: tokens.colorStatusWarningForeground3,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
});

/** Says as long as the page lives that nothing reaches the real Fabric. Asks once. */
export function PracticeBar() {
  const styles = useStyles();
  const { data } = useQuery({ ...fabricHealthQuery(), staleTime: Infinity });
  if (data?.mode !== 'stand-in') return null;
  return (
    <aside className={styles.bar} aria-label={TEXT.practice}>
      <BeakerRegular className={styles.icon} aria-hidden />
      {TEXT.practiceBar}
    </aside>
  );
}
