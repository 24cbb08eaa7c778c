import { makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  swatch: {
    display: 'inline-block',
    flexShrink: 0,
    width: '12px',
    height: '12px',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: '50%',
    forcedColorAdjust: 'none',
  },
});

export function Swatch({ colour }: { colour: string | undefined }) {
  return <span aria-hidden className={useStyles().swatch} style={{ backgroundColor: colour }} />;
}
