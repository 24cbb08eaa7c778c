import { Skeleton, SkeletonItem } from '@fluentui/react-components';

import { useGridStyles } from './styles';

/** Six cards of the final size. */
export function SkeletonCards() {
  const styles = useGridStyles();
  return (
    <Skeleton className={styles.grid} aria-label="Loading the scenarios">
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} className={styles.card}>
          <SkeletonItem size={24} style={{ width: '60%' }} />
          <SkeletonItem size={16} style={{ width: '40%' }} />
          <SkeletonItem size={40} />
          <SkeletonItem size={16} style={{ width: '80%' }} />
          <SkeletonItem size={16} style={{ width: '30%' }} />
        </div>
      ))}
    </Skeleton>
  );
}
