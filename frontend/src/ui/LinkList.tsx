import { Link, makeStyles, tokens } from '@fluentui/react-components';
import { OpenRegular } from '@fluentui/react-icons';

const useStyles = makeStyles({
  list: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: tokens.spacingHorizontalM,
    margin: 0,
    padding: 0,
    listStyleType: 'none',
  },
  link: { display: 'inline-flex', alignItems: 'center', gap: tokens.spacingHorizontalXXS },
});

/** Links that leave the console, each into a window of its own. */
export function LinkList(props: { label: string; links: [string, string][]; tabIndex?: 0 | -1 }) {
  const styles = useStyles();
  return (
    <ul className={styles.list} aria-label={props.label}>
      {props.links.map(([name, address]) => (
        <li key={name}>
          <Link
            className={styles.link}
            href={address}
            target="_blank"
            rel="noreferrer"
            inline
            tabIndex={props.tabIndex}
          >
            {name}
            <OpenRegular title="opens in a new window" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
