// Draws the picture of the house in CONTRIBUTING.md from the imports: npm run house
import { drawHouse } from '../housePicture';
import { sourceFiles } from '../importRules';
import { projectFolder } from './packagedExtension';

drawHouse(projectFolder, sourceFiles(projectFolder));
